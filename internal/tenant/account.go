package tenant

// Account is somebody's or something's object id at a tenant.
type Account struct {
	Tenant ID
	ID     string
}

// Unzip are accounts as two arrays, which a statement unnests side by side.
func Unzip(accounts []Account) (tenants []ID, ids []string) {
	tenants, ids = make([]ID, len(accounts)), make([]string, len(accounts))
	for i, a := range accounts {
		tenants[i], ids[i] = a.Tenant, a.ID
	}
	return tenants, ids
}
