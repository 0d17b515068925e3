package analysis

type openExpression struct{}

func (c *completer) openExpr() (openExpression, bool)       { return openExpression{}, false }
func (c *completer) expression(x openExpression) Completion { return Completion{} }
