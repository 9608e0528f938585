package benefit

import "tallystick/chaincode/fault"

// Count is how many entitlements of one benefit a member has got. It is kept
// only for a model that limits members: by PerMember, or by not being stackable.
//
//	live ≤ granted;  granted ≤ the model's PerMember, live ≤ 1 if it isn't stackable
//
// An entitlement is live until it is consumed, expired or revoked; one whose
// last day has passed is live until somebody says so with benefit:Expire.
type Count struct {
	_       struct{} `cbor:",toarray"`
	Granted uint32   `json:"granted"` // got and not passed on
	Live    uint32   `json:"live"`    // that haven't ended
}

// Plus is the count of one person who had two.
func (c Count) Plus(other Count) Count {
	return Count{Granted: c.Granted + other.Granted, Live: c.Live + other.Live}
}

// One counts a further entitlement. LIMIT if the model doesn't allow it.
func (c Count) One(m Model) (Count, error) {
	if m.PerMember > 0 && c.Granted >= uint32(m.PerMember) {
		return Count{}, fault.New(fault.Limit, "the member has got %d of benefit %s, the most there are",
			m.PerMember, m.ID)
	}
	if !m.Stackable && c.Live > 0 {
		return Count{}, fault.New(fault.Limit, "the member has one of benefit %s that hasn't ended", m.ID)
	}
	c.Granted++
	c.Live++
	return c, nil
}

// End counts that an entitlement has ended.
func (c Count) End() Count {
	c.Live--
	return c
}

// PassOn counts that the member no longer has one, as if it had never had it: it was
// passed on, or revoked unused.
func (c Count) PassOn() Count {
	c.Granted--
	c.Live--
	return c
}
