package iso20022

// What a file that we write may hold. Lengths are in characters, and the schema's
// unless it says otherwise.
const (
	MessageIDLimit = 31    // the schema's 35, less the number of a payment group
	IDLimit        = 35    // an end-to-end id, an organisation's id
	AccountLimit   = 34    // an account that has no IBAN
	TextLimit      = 140   // a name, a remittance text; longer ones are cut
	PaymentLimit   = 10000 // payments in an initiation (ours)
	DueLimit       = 999   // days on which they are due (ours)
)

// What a file that we read may hold (ours).
const (
	FileLimit   = 256 << 20 // bytes
	DepthLimit  = 32        // elements in each other; the schemas need about half
	AdviceLimit = 1_000_000 // advices
	fieldLimit  = 4096      // bytes of one element's text, about
)
