package defender

// Subject is whom and what an alert is about, as the rest of the world knows them.
type Subject struct {
	Device, EntraDevice, Platform string // "" for an alert about an account alone
	UPN, Name, UserID             string // "" where there is nobody
}
