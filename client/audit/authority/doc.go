// Package authority says who had the right to write what is in a block, from blocks alone.
//
// It is a second model of Fabric 3.1.1's rules, made of its sources' meaning and of the standard library's
// cryptography, so that no peer and no orderer has to be believed:
//
//	Channel     what configuration and chaincode definitions say at a height
//	Signatures  whether the orderers that were configured then signed the block
//	Judge       the validation code that a peer gives each transaction before it looks at versions
//	Apply       what the transactions that took effect change: configuration, definitions, keys' policies
//
// A block goes through the three in this order:
//
//	c := authority.New(state.Exists)
//	if err := c.Begin(genesis); err != nil { … } // its hash is what an auditor has to trust
//	for each further block {
//		faults := c.Signatures(block)
//		verdicts, err := c.Judge(block)
//		// versions and phantoms are for the caller, who then knows what is valid
//		err = c.Apply(block, valid)
//	}
//
// Inside, an organisation (MSP) makes identities of certificates, a policy is satisfied by identities that
// signed, and a configuration is a tree of both. Doc comments name the file of Fabric's that a rule follows.
//
// What isn't verified stands in 0001-what-is-not-verified.md.
package authority
