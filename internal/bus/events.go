package bus

// Skipped tells that an operator let a listener pass over a fact it could not
// take.
type Skipped struct {
	ID       string `json:"id"`
	Listener string `json:"listener"`
	Room     string `json:"room"`   // of the fact that was passed over
	Seq      int64  `json:"seq"`    // of the fact that was passed over
	Reason   string `json:"reason"` // in the operator's words; no personal data
}
