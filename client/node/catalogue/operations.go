// Package catalogue has what a node does with suppliers, goods, stock, storefronts and orders.
package catalogue

import "tallystick/client/node"

// Operations lists what this package does, by the file of their noun. One that is declared and not listed fails a test.
func Operations() []node.Operation {
	return []node.Operation{
		GoodRestock, GoodSet, GoodWithdrawStock, GoodShow, GoodList, GoodStock, GoodExport,
		OrderAccept, OrderCancel, OrderComplete, OrderDeliver, OrderReject, OrderShip, OrderTimeout,
		OrderTimeoutDue, OrderDeliverDue, OrderCompleteDue, OrderList, OrderShow,
		OrderCodes,
		OrderQuote, OrderPlace,
		OrderPurchase,
		OrderCashRefunded, OrderReturnReceive, OrderReturnRefund, OrderReturnRefuse, OrderReturnRequest,
		OrderReturnTimeout, OrderReturnTimeoutDue, OrderReturnList, OrderCashList,
		StorefrontOutlet, StorefrontSet, StorefrontSell, StorefrontShow, StorefrontListings, StorefrontOutlets,
		StorefrontBrowse,
		SupplierApply, SupplierApprove, SupplierRefuse, SupplierWithdraw, SupplierShow, SupplierList,
		TermsOffer, TermsExport, TermsAccept, TermsShow,
	}
}
