// Package accounting has what a node does with the party's books, with reports, and with proofs of balance.
package accounting

import "tallystick/client/node"

// Operations lists what this package does, by the file of their noun. One that is declared and not listed fails a test.
func Operations() []node.Operation {
	return []node.Operation{
		BooksLiability, BooksJournal, BooksPeriods, BooksBalance, BooksLedger, BooksAgeing, BooksProveLiabilities,
		BooksProveMember,
		PointsProve, ProofVerify,
		ReportFlows, ReportRates, ReportOutstanding, ReportCaps,
	}
}
