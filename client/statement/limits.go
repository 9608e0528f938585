package statement

// What a statement and its files may be at most.
const (
	MaxLines      = 50_000_000 // of a pair and cycle
	MaxMovements  = 4096       // kinds × scenes × programmes of a pair, both directions
	MaxSignatures = 2
	MaxSheetLines = 1_000_000 // in a workbook: a sheet has 2²⁰ rows
	MaxPaperLines = 100_000   // in a PDF, which is made in memory
	MaxProblems   = 20        // that a report names

	maxLegal  = 140 // characters of a legal name
	maxDigits = 6   // of points, after the point

	maxPayments  = 10_000 // between the two
	maxPaymentID = 35     // characters that banks carry

	maxPart  = 8 << 20 // bytes of one value of a file: a line, or the proof
	maxChunk = 30_000  // characters of a cell; a spreadsheet cuts at 32,767
	maxSeals = 1000    // cells that what a table can't show is cut into
)
