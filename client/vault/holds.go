package vault

import (
	"database/sql"

	"tallystick/chaincode/name"
)

// Holds says whether the vault has anything of a member.
func (v *Vault) Holds(member string) (holds bool, err error) {
	if err := name.CheckID("member", member); err != nil {
		return false, err
	}
	err = v.change(func(tx *sql.Tx) error {
		of := v.memberID(member)
		return tx.QueryRow(
			`SELECT EXISTS (SELECT 1 FROM account WHERE member = ?1) OR EXISTS (SELECT 1 FROM profile WHERE member = ?1)
			OR EXISTS (SELECT 1 FROM secret WHERE member = ?1)`, of).Scan(&holds)
	})
	return holds, err
}
