package command

import "tallystick/chaincode/quota"

// The kind of quotas, 99.
const SurrenderQuota Kind = 99

var quotaSpecs = []spec{
	specOf[quota.SurrenderRequest](SurrenderQuota, "quota:Surrender", toFinish, "Quota surrendered", "交还额度"),
}
