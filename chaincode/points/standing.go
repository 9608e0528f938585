package points

import (
	"cmp"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// Standing is what one member has done in one programme: by month, for tiers, and
// today, for limits. It is kept only where the programme's rules ask for it.
type Standing struct {
	_      struct{}     `cbor:",toarray"`
	Months []Month      `json:"months"` // with something earned, the oldest first, at most MaxWindow
	Active date.Date    `json:"active"` // when the member last earned or spent
	Today  Day          `json:"today"`
	Debt   amount.Units `json:"debt"` // points that were clawed back when they were no longer there
}

// Month is what was earned in one.
type Month struct {
	_      struct{}     `cbor:",toarray"`
	Month  int32        `json:"month"` // since 1970-01
	Earned amount.Units `json:"earned"`
}

// Day is what a member did on one business date; on another it counts as empty.
type Day struct {
	_         struct{}     `cbor:",toarray"`
	Date      date.Date    `json:"date"`
	Earned    amount.Units `json:"earned"`
	Spent     amount.Units `json:"spent"`     // held, less what was released the same day
	Sent      amount.Units `json:"sent"`      // to other members
	Converted amount.Units `json:"converted"` // into this programme, at rates that have a limit
	To        []Sent       `json:"to"`        // by counterparty, sorted
}

// Sent is what went to one counterparty.
type Sent struct {
	_      struct{}     `cbor:",toarray"`
	Member string       `json:"member"`
	Amount amount.Units `json:"amount"`
}

// on is the day's count, empty if it is of another day.
func (s Standing) on(today date.Date) Day {
	if s.Today.Date != today {
		return Day{Date: today}
	}
	return s.Today
}

// dayCap adds to one of a day's counts. DAILY_CAP above the limit, 0 for none.
func dayCap(count *amount.Units, by, limit amount.Units, what string) error {
	next, err := count.Add(by)
	if err != nil {
		return err
	}
	if limit > 0 && next > limit {
		return fault.New(fault.DailyCap, "%s of %d a day: %d are done, %d asked",
			what, int64(limit), int64(*count), int64(by))
	}
	*count = next
	return nil
}

// Earn counts what a member gets. DAILY_CAP above the rules' limit.
func (s Standing) Earn(r Rules, units amount.Units, today date.Date) (Standing, error) {
	day := s.on(today)
	if err := dayCap(&day.Earned, units, r.EarnPerDay, "earnings"); err != nil {
		return Standing{}, err
	}
	next := s
	next.Months, next.Active, next.Today = slices.Clone(s.Months), today, day
	month := today.Month()
	if n := len(next.Months); n > 0 && next.Months[n-1].Month >= month {
		sum, err := next.Months[n-1].Earned.Add(units)
		if err != nil {
			return Standing{}, err
		}
		next.Months[n-1].Earned = sum
	} else {
		next.Months = append(next.Months, Month{Month: month, Earned: units})
	}
	if extra := len(next.Months) - MaxWindow; extra > 0 {
		next.Months = next.Months[extra:]
	}
	return next, nil
}

// Add counts what a correction of something that was earned on a day adds to it:
// towards the tier of its month, and the day's limit if that day is today.
// DAILY_CAP above the rules' limit.
func (s Standing) Add(r Rules, units amount.Units, earned, today date.Date) (Standing, error) {
	if earned == today {
		active := s.Active
		next, err := s.Earn(r, units, today)
		next.Active = active
		return next, err
	}
	next := s
	i, found := s.month(earned)
	next.Months = slices.Clone(s.Months)
	if !found {
		next.Months = slices.Insert(next.Months, i, Month{Month: earned.Month()})
	}
	next.Months[i].Earned = min(amount.Max, next.Months[i].Earned+units)
	if extra := len(next.Months) - MaxWindow; extra > 0 {
		next.Months = next.Months[extra:]
	}
	return next, nil
}

// Unearn takes back what was earned on a day and clawed back since.
func (s Standing) Unearn(units amount.Units, earned, today date.Date) Standing {
	next := s
	if i, found := s.month(earned); found {
		next.Months = slices.Clone(s.Months)
		next.Months[i].Earned = max(0, next.Months[i].Earned-units)
	}
	if earned == today && s.Today.Date == today {
		next.Today.Earned = max(0, s.Today.Earned-units)
	}
	return next
}

// month finds what was earned in a day's month, or where it would stand.
func (s Standing) month(of date.Date) (int, bool) {
	return slices.BinarySearchFunc(s.Months, of.Month(), func(a Month, b int32) int { return cmp.Compare(a.Month, b) })
}

// Spend counts what a member has held. DAILY_CAP above the rules' limit.
func (s Standing) Spend(r Rules, units amount.Units, today date.Date) (Standing, error) {
	day := s.on(today)
	if err := dayCap(&day.Spent, units, r.SpendPerDay, "spending"); err != nil {
		return Standing{}, err
	}
	next := s
	next.Active, next.Today = today, day
	return next, nil
}

// Unspend takes back what was held on a day, if that is today; what was held on
// another no longer counts anyway.
func (s Standing) Unspend(units amount.Units, held, today date.Date) Standing {
	next := s
	if held == today && s.Today.Date == today {
		next.Today.Spent = max(0, s.Today.Spent-units)
	}
	return next
}

// Send counts what a member gives to another. DAILY_CAP above the rules' limits,
// and to more members than MaxCounterparties.
func (s Standing) Send(r Rules, to string, units amount.Units, today date.Date) (Standing, error) {
	day := s.on(today)
	if err := dayCap(&day.Sent, units, r.Transfer.PerDay, "transfers"); err != nil {
		return Standing{}, err
	}
	i, found := slices.BinarySearchFunc(day.To, to, func(s Sent, m string) int { return cmp.Compare(s.Member, m) })
	day.To = slices.Clone(day.To)
	if !found {
		if len(day.To) >= MaxCounterparties {
			return Standing{}, fault.New(fault.DailyCap, "transfers to %d members a day", MaxCounterparties)
		}
		day.To = slices.Insert(day.To, i, Sent{Member: to})
	}
	if err := dayCap(&day.To[i].Amount, units, r.Transfer.PerCounterparty, "transfers to one member"); err != nil {
		return Standing{}, err
	}
	next := s
	next.Today = day
	return next, nil
}

// Convert counts what a member gets by conversion. DAILY_CAP above the limit.
func (s Standing) Convert(limit, units amount.Units, today date.Date) (Standing, error) {
	day := s.on(today)
	if err := dayCap(&day.Converted, units, limit, "conversions"); err != nil {
		return Standing{}, err
	}
	next := s
	next.Today = day
	return next, nil
}

// Earned is what was earned in the rules' window: so many months, the current one
// included.
func (s Standing) Earned(r Rules, today date.Date) (sum amount.Units) {
	first := today.Month() - int32(r.Window) + 1
	for _, m := range s.Months {
		if m.Month >= first && m.Month <= today.Month() {
			sum = min(amount.Max, sum+m.Earned)
		}
	}
	return sum
}

// Tier is the highest tier that the member has earned; "" for none. It is never
// stored: it follows from the rules as they are, the months and the day.
func (s Standing) Tier(r Rules, today date.Date) string {
	earned, tier := s.Earned(r, today), ""
	for _, t := range r.Tiers {
		if earned >= t.AtLeast {
			tier = t.ID
		}
	}
	return tier
}

// Join adds the standing of a member who was found to be the same person: months
// add up, and so do debts and what was done today. Of counterparties and months only as
// many stay as a standing has room for.
func (s Standing) Join(other Standing, today date.Date) Standing {
	next := Standing{
		Months: slices.Clone(s.Months), Active: max(s.Active, other.Active), Today: s.on(today),
		Debt: min(amount.Max, s.Debt+other.Debt),
	}
	for _, m := range other.Months {
		i, found := slices.BinarySearchFunc(next.Months, m.Month,
			func(a Month, b int32) int { return cmp.Compare(a.Month, b) })
		if found {
			next.Months[i].Earned = min(amount.Max, next.Months[i].Earned+m.Earned)
		} else {
			next.Months = slices.Insert(next.Months, i, m)
		}
	}
	if extra := len(next.Months) - MaxWindow; extra > 0 {
		next.Months = next.Months[extra:]
	}
	day, theirs := &next.Today, other.on(today)
	day.Earned = min(amount.Max, day.Earned+theirs.Earned)
	day.Spent = min(amount.Max, day.Spent+theirs.Spent)
	day.Sent = min(amount.Max, day.Sent+theirs.Sent)
	day.Converted = min(amount.Max, day.Converted+theirs.Converted)
	day.To = slices.Clone(day.To)
	for _, sent := range theirs.To {
		i, found := slices.BinarySearchFunc(day.To, sent.Member,
			func(a Sent, m string) int { return cmp.Compare(a.Member, m) })
		if found {
			day.To[i].Amount = min(amount.Max, day.To[i].Amount+sent.Amount)
		} else if len(day.To) < MaxCounterparties {
			day.To = slices.Insert(day.To, i, sent)
		}
	}
	return next
}
