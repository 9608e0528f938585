package member

// Limits. Every loop of this package is bounded by one of them.
const (
	MaxDepth          = 4               // merges in a chain
	MaxMerged         = 16              // pseudonyms that one member was known by before
	MaxAccounts       = 32              // live accounts of a member
	MaxLinks          = 16              // accounts that others than its home link to a member on a business date
	MaxConsents       = 32              // live consents of a member
	MaxConsentParties = 16              // parties that one consent names
	MaxLabels         = 32              // of one member by one party
	MaxLabelled       = 128             // pseudonyms and parties whose labels one erasure takes away
	MaxCaps           = 16              // programmes of one authorisation
	MaxInvitationSecs = 7 * 24 * 3600   // how far ahead an invitation may end
	MaxAuthoriseSecs  = 366 * 24 * 3600 // how far ahead an authorisation may end
	MaxProfile        = 16 << 10        // bytes of a shared profile, its salt included
	maxUntil          = 1 << 40         // no moment of ours is later, in UTC seconds
)
