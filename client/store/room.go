package store

import (
	"context"

	refusal "tallystick/chaincode/fault"
)

// Room says how many rows of one kind may be there at once, in all and of one caller: nobody's keep those of others
// out.
type Room struct {
	What string // they are, such as jobs wait
	// of which table, and which of them count: jobs WHERE ended = 0; each has a caller in its column who
	Rows      string
	Most      int
	MostOfOne int
}

// Full says why there is no room for one more of a caller's, OVERLOADED; nil if there is. args are those of Rows.
func (r Room) Full(ctx context.Context, in Reader, who string, args ...any) (full, err error) {
	var all, own int
	if _, err := in.One(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN who = ? THEN 1 ELSE 0 END), 0) FROM `+r.Rows,
		append([]any{who}, args...), &all, &own); err != nil {
		return nil, err
	}
	if all >= r.Most || own >= r.MostOfOne {
		return refusal.New(refusal.Overloaded, "%d %s, %d of them yours; %d may, and %d; try again later", all, r.What,
			own, r.Most, r.MostOfOne), nil
	}
	return nil, nil
}
