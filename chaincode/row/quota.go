package row

import (
	"slices"

	"tallystick/chaincode/command"
	"tallystick/chaincode/quota"
)

// The rows of quotas:
//
//	u/KIND/ID                  quota: the limit
//	ul/KIND/ID/PARTY/LANE      lease: a lane's part of it
var (
	quotas = as[quota.Quota]("u", "quota", "KIND/ID", writes(anyone,
		slices.Concat(draws, []command.Kind{command.DefineBenefit, command.AmendBenefit, command.ProposeCampaign,
			command.AgreeCampaign, command.Pledge, command.Relieve, command.SurrenderQuota})...))
	leases = as[quota.Lease]("ul", "lease", "KIND/ID/PARTY/LANE",
		writes(itsLane, slices.Concat(draws, []command.Kind{command.SurrenderQuota})...), writes(anyone, givesBack...))
)

// draws are the commands that draw on limits. Whatever makes parties owe each other may
// draw on their net debit caps.
var draws = slices.Concat(owes,
	[]command.Kind{command.Issue, command.Award, command.Adjust, command.Hold, command.GrantBenefit, command.BuyBenefit,
		command.AwardPurchase, command.RevokeEntitlement})

// givesBack are the commands that give back what others drew, to the lease from which they did.
var givesBack = slices.Concat(owes, []command.Kind{command.Release, command.TimeOut, command.RejectOrder,
	command.CancelOrder, command.TimeOutOrder, command.RevokeEntitlement})

// Quota is the key of a limit.
func Quota(kind quota.Kind, id string) Key[quota.Quota] {
	return quotas.at(string(kind), id)
}

// Lease is the key of a lane's part of a limit.
func Lease(kind quota.Kind, id, party string, lane uint8) Key[quota.Lease] {
	return leases.at(string(kind), id, party, hexadecimal(uint64(lane), 2))
}
