package graph

// DelegatedAdminRelationship is a GDAP relationship as the partner's tenant lists it (v1.0).
type DelegatedAdminRelationship struct {
	Tag        string             `json:"@odata.etag"`
	ID         string             `json:"id"`
	Name       string             `json:"displayName"`
	Duration   string             `json:"duration"`
	AutoExtend string             `json:"autoExtendDuration"`
	Status     string             `json:"status"`
	Customer   *DelegatedCustomer `json:"customer"`
	Access     DelegatedRoles     `json:"accessDetails"`
	Created    Time               `json:"createdDateTime"`
	Activated  Time               `json:"activatedDateTime"`
	Ends       Time               `json:"endDateTime"`
}

// DelegatedCustomer is whom a relationship is with; a request may name nobody yet.
type DelegatedCustomer struct {
	TenantID string `json:"tenantId"`
	Name     string `json:"displayName"`
}

// DelegatedRoles are directory roles by their template ids.
type DelegatedRoles struct {
	Roles []struct {
		ID string `json:"roleDefinitionId"`
	} `json:"unifiedRoles"`
}

// IDs are the template ids.
func (d DelegatedRoles) IDs() []string {
	ids := make([]string, 0, len(d.Roles))
	for _, r := range d.Roles {
		ids = append(ids, r.ID)
	}
	return ids
}

// DelegatedAssignment gives a group of the partner roles of a relationship.
type DelegatedAssignment struct {
	ID        string         `json:"id"`
	Status    string         `json:"status"`
	Access    DelegatedRoles `json:"accessDetails"`
	Container struct {
		ID string `json:"accessContainerId"`
	} `json:"accessContainer"`
}

// Contract is a customer of a reseller (v1.0).
type Contract struct {
	ID         string `json:"id"`
	Type       string `json:"contractType"`
	CustomerID string `json:"customerId"`
	Name       string `json:"displayName"`
	Domain     string `json:"defaultDomainName"`
}
