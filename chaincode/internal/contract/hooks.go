package contract

// Hooks: what members and offers ask of subjects that aren't here yet.

// bringStanding adds a merged member's standing in a programme to the root's.
func (c *call) bringStanding(_, _, _ string) error { return nil } // from, into, programme

// tier is a root's tier in a programme, "" for none.
func (c *call) tier(_, _ string) (string, error) { return "", nil } // member, programme

// offered refuses with NOT_FOUND a benefit or an earn rule, PROGRAMME/RULE, that
// doesn't exist; either may be "".
func (c *call) offered(_, _ string) error { return nil }
