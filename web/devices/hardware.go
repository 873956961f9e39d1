package devices

import (
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/web/ui"
)

// newHardware are the facts of a device by subject. What Intune left empty is left out: an empty fact tells nothing.
func newHardware(d device.Device) []group {
	groups := []group{
		{"Device", []fact{
			{"Manufacturer", d.Manufacturer, false}, {"Model", d.Model, false}, {"Serial", d.Serial, true}, {"Managed name", d.ManagedName, false},
			{"Category", d.Category, false}, {"Storage", storage(d), false}, {"Encrypted", yesNo(d.Encrypted), false},
		}},
		{"System", []fact{
			{"System", systemExact(d), false}, {"Version", d.OSVersion, true}, {"Security patch level", d.PatchLevel, true},
			{"Supervised", yesNo(d.Supervised), false}, {"Jailbroken or rooted", jailBroken(d.JailBroken), false},
		}},
		{"Network", []fact{
			{"IMEI", d.IMEI, true}, {"MEID", d.MEID, true}, {"Wi-Fi MAC", d.WiFiMAC, true}, {"Carrier", d.Carrier, false}, {"Phone number", d.Phone, false},
		}},
		{"Management", []fact{
			{"Owner", ownership(d.Ownership), false}, {"Managed by", enum("agent", d.Agent), false}, {"Management state", enum("state", d.State), false},
			{"Enrollment", enum("enrolment_type", d.EnrolmentType), false}, {"Enrollment profile", d.Profile, false}, {"Registration", enum("registration", d.Registration), false},
			{"Management certificate ends", date(d.CertificateEnds), false}, {"User must approve", tristate(d.NeedsApproval), false},
			{"Threat level from partner", enum("threat", d.Threat), false},
		}},
		{"Entra and Exchange", []fact{
			{"Entra device id", d.EntraDeviceID, true}, {"Registered in Entra", tristate(d.EntraRegistered), false},
			{"Exchange access", enum("exchange_access", d.ExchangeAccess), false}, {"Exchange reason", enum("exchange_reason", d.ExchangeReason), false},
			{"Last Exchange contact", date(d.ExchangeSyncAt), false}, {"Exchange ActiveSync id", d.EASDeviceID, true},
		}},
		{"Person", []fact{{"Name", d.UserName, false}, {"Sign-in name", d.UPN, false}, {"Mail", d.Email, false}, {"Entra user id", d.UserID, true}}},
	}
	out := []group{}
	for _, g := range groups {
		kept := []fact{}
		for _, f := range g.Facts {
			if f.Value != "" {
				kept = append(kept, f)
			}
		}
		if len(kept) > 0 {
			out = append(out, group{g.Title, kept})
		}
	}
	return out
}

// storage is "117 GB free of 256 GB", in units of 1000 as makers count, or empty where Intune gives no size.
func storage(d device.Device) string {
	if d.StorageTotal <= 0 {
		return ""
	}
	return gigabytes(d.StorageFree) + " free of " + gigabytes(d.StorageTotal)
}

func gigabytes(n int64) string { return ui.N((n+500_000_000)/1_000_000_000) + " GB" }

// jailBroken reads Intune's text, which is "True", "False", "Unknown" or empty.
func jailBroken(v string) string {
	b, err := strconv.ParseBool(strings.ToLower(v))
	if err != nil {
		return v
	}
	return yesNo(b)
}

func tristate(v *bool) string {
	if v == nil {
		return ""
	}
	return yesNo(*v)
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 Jan 2006, 15:04") + " UTC"
}
