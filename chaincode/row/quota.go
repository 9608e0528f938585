package row

import "tallystick/chaincode/quota"

// quotaReaders reads the rows of quotas:
//
//	u/KIND/ID                  quota: the limit
//	ul/KIND/ID/PARTY/LANE      lease: a lane's part of it
var quotaReaders = map[string]reader{
	"u":  as[quota.Quota]("quota"),
	"ul": as[quota.Lease]("lease"),
}

// Quota is the key of a limit.
func Quota(kind quota.Kind, id string) Key[quota.Quota] {
	return Key[quota.Quota]("u/" + string(kind) + "/" + id)
}

// Lease is the key of a lane's part of a limit.
func Lease(kind quota.Kind, id, party string, lane uint8) Key[quota.Lease] {
	return Key[quota.Lease]("ul/" + string(kind) + "/" + id + "/" + party + "/" + hexadecimal(uint64(lane), 2))
}
