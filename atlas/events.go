package atlas

// LayerPublished says that the areas of one level are in force from now on.
type LayerPublished struct {
	ID       string `json:"id"`       // of the fact
	Layer    string `json:"layer"`    // nation, county, town or village
	Topology string `json:"topology"` // SHA-256 of the arcs
	Areas    int    `json:"areas"`
	Valid    string `json:"valid"` // YYYY-MM-DD, the day the boundaries speak of
}
