package device

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Detail is what Intune tells only of a single device: hardware that lists leave null, and the results of its remote actions. Nothing
// secret is in it: passcodes, unlock PINs and places are never read.
type Detail struct {
	EthernetMAC  string    `json:"ethernet_mac"`
	ICCID        string    `json:"iccid"`
	UDID         string    `json:"udid"`
	Notes        string    `json:"notes"`
	Memory       int64     `json:"memory"` // bytes; 0: not said
	Architecture string    `json:"architecture"`
	Chassis      string    `json:"chassis"`
	JoinType     string    `json:"join_type"`
	Inventory    Inventory `json:"inventory"`
	Actions      []Action  `json:"actions"` // one for each action that was ever sent; a repeat overwrites it
}

// Inventory is what Intune's hardware inventory says; most systems leave most of it empty.
type Inventory struct {
	Edition         string `json:"edition"`
	Language        string `json:"language"`
	Build           string `json:"build"`
	Product         string `json:"product"`
	Shared          *bool  `json:"shared"`
	BIOS            string `json:"bios"`
	TPM             string `json:"tpm"` // maker and version
	TPMSpec         string `json:"tpm_specification"`
	Cellular        string `json:"cellular"`
	ESIM            string `json:"esim"`
	DomainName      string `json:"domain_name"`
	IPv4            string `json:"ipv4"`
	BatteryHealth   int64  `json:"battery_health"` // percent; 0: not said
	BatteryCycles   int64  `json:"battery_cycles"`
	CredentialGuard string `json:"credential_guard"`
	VBS             string `json:"virtualization_based_security"`
}

// detailAge is short, as people look for what became of an action that they just sent.
const detailAge = time.Minute

// maxActions is how many results of remote actions are kept of a device; Graph has one for each kind of action.
const maxActions = 100

// detailFields must be named: without $select even a single device has none of the hardware.
var detailFields = []string{
	"id", "ethernetMacAddress", "iccid", "udid", "notes", "physicalMemoryInBytes", "processorArchitecture", "chassisType", "joinType",
	"hardwareInformation", "deviceActionResults",
}

// KeptDetail is what an earlier look read, without asking Microsoft.
func (l *Live) KeptDetail(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[Detail], error) {
	return graphsync.KeptLive[Detail](ctx, l.Kept, tid, graphsync.LiveDeviceDetail, id)
}

// Detail is what Intune tells of the single device: read now, or at most a minute ago.
func (l *Live) Detail(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[Detail], error) {
	return graphsync.ReadLive(ctx, l.Kept, tid, graphsync.LiveDeviceDetail, id, detailAge, func(ctx context.Context) (Detail, error) {
		path := "/deviceManagement/managedDevices/" + url.PathEscape(id)
		w, err := graph.Get[graph.DeviceDetail](ctx, l.Graph, tid, path, graph.Query{Version: "beta", Select: detailFields}) // v1.0 has no hardwareInformation
		if err != nil {
			return Detail{}, fmt.Errorf("details of device %q of %s: %w", id, tid, err)
		}
		return detail(w), nil
	})
}

func detail(w graph.DeviceDetail) Detail {
	d := Detail{
		EthernetMAC: clean(w.EthernetMAC), ICCID: clean(w.ICCID), UDID: clean(w.UDID), Notes: clean(w.Notes), Memory: max(0, int64(w.Memory)),
		Architecture: named(w.Architecture), Chassis: named(w.Chassis), JoinType: named(w.JoinType), Actions: kept(w.Actions[:min(len(w.Actions), maxActions)]),
	}
	if h := w.Hardware; h != nil {
		d.Inventory = Inventory{
			Edition: clean(h.Edition), Language: clean(h.Language), Build: clean(h.Build), Product: clean(h.Product), Shared: h.Shared, BIOS: clean(h.BIOS),
			TPM: clean(strings.TrimSpace(h.TPMManufacturer + " " + h.TPMVersion)), TPMSpec: clean(h.TPMSpec), Cellular: clean(h.Cellular), ESIM: clean(h.ESIM),
			DomainName: clean(h.DomainName), IPv4: clean(h.IPv4), BatteryHealth: max(0, int64(h.BatteryHealth)), BatteryCycles: max(0, int64(h.BatteryCycles)),
			CredentialGuard: clean(h.CredentialGuard), VBS: clean(h.VBS),
		}
	}
	return d
}

// named is a member of an enumeration; those that say nothing are empty.
func named(member string) string {
	if strings.EqualFold(member, "unknown") || member == "unknownFutureValue" {
		return ""
	}
	return clean(member)
}
