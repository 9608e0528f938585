package authority

// Bounds on what is read, all far above what a network has. Fabric has bounds of its own for none of them
// but the depth of messages (10,000, protobuf's); what is past a bound here is said to be so, and holds for
// not authorised.
const (
	mostIdentity    = 64 << 10 // bytes of a member's certificate
	mostConfig      = 64 << 20 // bytes of a configuration transaction
	mostGroupDepth  = 4        // Channel / Consortiums / consortium / organisation
	mostElements    = 100_000  // groups, values and policies of a configuration
	mostPolicyDepth = 100      // n-out-of rules in each other
	mostRules       = 10_000   // rules of one signature policy
	mostPrincipals  = 10_000   // identities that a signature policy names
	mostCombined    = 16       // combined principals in each other
	mostSignatures  = 10_000   // signatures of one block, update or endorsement
	mostKept        = 10_000   // identities of an organisation that are kept ready; then all are forgotten
)
