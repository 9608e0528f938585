package node

// Operations lists what this package does, by the file of their noun. One that is declared and not listed fails a test.
func Operations() []Operation {
	return []Operation{
		ImportRun, ImportSupply, GoodImport,
		ImportUndo,
	}
}
