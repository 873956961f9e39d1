package access

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/leaver"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// How a door of somebody who leaves stands.
const (
	doorOpen    = "open"
	doorClosed  = "closed"
	doorUnknown = "unknown"
)

// The kinds of doors of a plan.
const (
	doorPortal  = "portal"
	doorSignIns = "sign-ins"
	doorSession = "microsoft-sign-ins"
	doorGDAP    = "gdap"
	doorGuest   = "guest"
	doorRole    = "directory-role"
	doorIntune  = "intune-role"
	doorAccount = "account"
)

// line is one door to close.
type line struct {
	Key      string          `json:"key,omitempty"` // tells it from others; empty: it is about doors that are not known
	Door     string          `json:"door"`
	What     string          `json:"what"`
	Customer *page.TenantRef `json:"customer,omitempty"`
	State    string          `json:"state"`
	Evidence string          `json:"evidence"` // a sentence
	AsOf     *time.Time      `json:"as_of"`
	Do       string          `json:"do,omitempty"`   // what closes it; empty: nothing is left to do, or the portal does it
	Here     string          `json:"here,omitempty"` // where the portal does it as the signed-in person
	Link     string          `json:"link,omitempty"` // where Microsoft lets one do it
	URL      string          `json:"url,omitempty"`

	group string // of the partner's, to take the person out of; empty: none, or more than one
}

// portalLines are what the portal itself opens, and closes.
func portalLines(st tenant.Staff, kept int64, now time.Time) []line {
	account := line{Key: doorPortal, Door: doorPortal, What: "Account in this portal", State: doorClosed, Evidence: "Switched off: every page refuses it.", AsOf: &now}
	if !st.Disabled {
		account.State, account.Evidence = doorOpen, "May sign in as "+string(st.Role)+"."
	}
	signIns := line{Key: doorSignIns, Door: doorSignIns, What: "Sign-ins kept by this portal", State: doorClosed, Evidence: "None is kept.", AsOf: &now}
	if kept > 0 {
		signIns.State, signIns.Evidence = doorOpen, ui.Count(kept, "sign-in is", "sign-ins are")+" kept, to act at Microsoft in the person’s name."
	}
	return []line{account, signIns}
}

// sessionLine is about the sign-ins at Microsoft of the person's account in the partner's tenant. Which are open is not told; that they were
// ended is known from doing it.
func sessionLine(st tenant.Staff, object string, ended leaver.Sessions, now time.Time) line {
	l := line{Key: doorSession, Door: doorSession, What: "Sign-ins at Microsoft", State: doorUnknown, Evidence: "Nobody has ended them here; which are open is not told."}
	if ended.EndedAt.IsZero() {
		l.Do = "End all sessions of " + st.UPN + " in Microsoft Entra (“Revoke sessions”)."
		if object != "" {
			l.Here = leaverURL(st.ID) + "/sessions"
		}
		return l
	}
	l.AsOf = page.Moment(ended.EndedAt)
	by := "Ended by " + ended.EndedBy + " on " + ui.Date(ended.EndedAt, now) + " (Microsoft’s request id " + ended.Request + ")."
	switch {
	case ended.Confirmed():
		l.State, l.Evidence = doorClosed, by+" Read back: what is older than "+ended.ValidFrom.UTC().Format("15:04:05 UTC")+" counts no more."
	case ended.ValidFrom.IsZero():
		l.Evidence = by + " Microsoft said that it is done; the account could not be read back."
	default:
		l.Evidence = by + " Microsoft said that it is done, but the account, read back, still has the older date."
	}
	return l
}

func leaverURL(staff int64) string { return "/access/leaver/" + strconv.FormatInt(staff, 10) }

// lines are the groups of the partner that open customers to the person; where the person is in none, that is the proof.
func (d delegated) lines(st tenant.Staff, home tenant.ID) (lines []line) {
	asOf := page.Moment(d.groupsRead.AsOf)
	opens := map[string]int{}
	for _, x := range d.relationships {
		for _, a := range x.Assignments {
			if a.Works() {
				opens[a.Group]++
			}
		}
	}
	for id, n := range opens {
		person := d.objectOf(st)
		i := slices.IndexFunc(d.members[id], func(x group.Member) bool { return x.Type == "user" && x.ID == person })
		if i < 0 {
			continue
		}
		l := line{Key: doorGDAP + ":" + id, Door: doorGDAP, What: "Group “" + d.groupName(id) + "”", State: doorOpen, AsOf: asOf, Evidence: "Opens " + ui.Count(int64(n), "customer", "customers") + " through GDAP.", Do: "Remove " + st.UPN + " from the group “" + d.groupName(id) + "” in your own tenant.", Link: groupLink(home, id), URL: "/access/list?door=gdap&person=" + strconv.FormatInt(st.ID, 10), group: id}
		if !d.members[id][i].Direct {
			ids := d.inner(id, person)
			by := d.named(ids)
			if l.group = ""; len(ids) == 1 {
				l.group = ids[0]
			}
			l.Evidence, l.Do = strings.TrimSuffix(l.Evidence, ".")+", by "+by+" inside it.", "Remove "+st.UPN+" from "+by+" inside “"+d.groupName(id)+"” in your own tenant."
		}
		if l.group != "" {
			l.Here = leaverURL(st.ID) + "/groups/" + url.PathEscape(l.group)
		}
		lines = append(lines, l)
	}
	slices.SortFunc(lines, func(a, b line) int { return strings.Compare(a.What, b.What) })
	switch {
	case d.read.Read == 0 || d.unseen > 0 || d.blind(st) || d.groupsRead.Read == 0 && len(opens) > 0:
		lines = append(lines, line{Door: doorGDAP, What: "Groups that open customers through GDAP", State: doorUnknown, Evidence: "Not all of them were read.", AsOf: asOf, Do: "Look in your own tenant whether " + st.UPN + " is in a group that holds roles by GDAP."})
	case len(lines) == 0 && d.groupsRead.Late+d.read.Late > 0:
		lines = append(lines, line{Door: doorGDAP, What: "Groups that open customers through GDAP", State: doorUnknown, Evidence: "In none when they were read, which was too long ago.", AsOf: asOf})
	case len(lines) == 0:
		if asOf == nil {
			asOf = page.Moment(d.read.AsOf)
		}
		lines = append(lines, line{Door: doorGDAP, What: "Groups that open customers through GDAP", State: doorClosed, Evidence: "In none of them.", AsOf: asOf})
	}
	return lines
}

// inner are the groups inside one by which somebody is in it.
func (d delegated) inner(group, person string) (ids []string) {
	for _, way := range d.inside().Paths(group, person) {
		if last := way[len(way)-1]; last != group && !slices.Contains(ids, last) {
			ids = append(ids, last)
		}
	}
	return ids
}

// named is how a sentence names groups.
func (d delegated) named(ids []string) string {
	if len(ids) == 0 {
		return "a group"
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = "“" + d.groupName(id) + "”"
	}
	return "the group " + strings.Join(names, " and ")
}

// accountLines are accounts at customers that were seen to sign in, and their object ids. Whether one still exists is not read, so that it is
// never closed here.
func accountLines(v visiting, st tenant.Staff, seen []tenant.Seen) (lines []line, ids []string) {
	for _, c := range v.customers {
		read := v.read(c.ID)
		for _, x := range seen {
			if x.Tenant != c.ID || x.ObjectID == st.ObjectID || !strings.EqualFold(x.UPN, st.UPN) {
				continue
			}
			ids = append(ids, x.ObjectID)
			if x.Guest && read {
				continue // guests were read: see there
			}
			l := line{Key: doorAccount + ":" + c.ID.String() + ":" + x.ObjectID, Door: doorAccount, Link: userLink(c.ID, x.ObjectID), What: "Account at " + c.Name(), Customer: &page.TenantRef{ID: c.ID, Name: c.Name()}, State: doorUnknown, AsOf: page.Moment(x.LastAt), Evidence: "Signed in here then; whether it still exists is not read.", URL: "/t/" + c.ID.String() + "/access?q=" + url.QueryEscape(st.UPN)}
			if x.Guest {
				l.What = "Guest account at " + c.Name()
			}
			l.Do = "Delete the account of " + st.UPN + " (object id " + x.ObjectID + "), with its directory and Intune roles."
			lines = append(lines, l)
		}
	}
	return lines, ids
}

// lines are the guest accounts and their roles of somebody who leaves; where there is none everywhere, that is the proof.
func (v visiting) lines(upn string) (lines []line) {
	var oldest time.Time
	for _, at := range v.asOf {
		if oldest.IsZero() || at.Before(oldest) {
			oldest = at
		}
	}
	for _, g := range v.guests {
		if !strings.EqualFold(g.Address, upn) {
			continue
		}
		l := line{Key: doorGuest + ":" + g.Tenant.String() + ":" + g.ID, Door: doorGuest, Here: guestURL(g) + "/revoke", Link: userLink(g.Tenant, g.ID), What: "Guest account at " + g.TenantName, Customer: &page.TenantRef{ID: g.Tenant, Name: g.TenantName}, State: doorOpen, AsOf: page.Moment(v.asOf[g.Tenant]), Evidence: v.guestWord(g), URL: guestURL(g)}
		if l.Do = "Delete the guest account of " + upn + " (object id " + g.ID + ")."; shut(g) {
			l.State, l.Do = doorClosed, ""
		}
		lines = append(lines, l)
		lines = append(lines, v.roleLines(g)...)
	}
	switch {
	case v.unread() > 0 || v.late > 0:
		lines = append(lines, line{Door: doorGuest, What: "Guest accounts elsewhere", State: doorUnknown, Evidence: strings.Join(v.unknown(), " "), AsOf: page.Moment(oldest)})
	case len(lines) == 0 && len(v.customers) > 0:
		lines = append(lines, line{Door: doorGuest, What: "Guest accounts at customers", State: doorClosed, Evidence: "None at " + ui.Count(int64(len(v.customers)), "customer", "customers") + ".", AsOf: page.Moment(oldest)})
	}
	return lines
}

// roleLines are the roles of a guest account: of the directory, its own or by a group, and Intune's.
func (v visiting) roleLines(g guest.Guest) (lines []line) {
	at := &page.TenantRef{ID: g.Tenant, Name: g.TenantName}
	add := func(l line) {
		if l.State = doorOpen; shut(g) {
			l.State, l.Do, l.Here = doorClosed, "", ""
			l.Evidence += " The account is disabled."
		}
		l.Customer, l.URL = at, guestURL(g)
		lines = append(lines, l)
	}
	for _, x := range v.directory.by[accountOf(g)] {
		l := line{Key: doorRole + ":" + g.Tenant.String() + ":" + x.ID + ":" + x.Group, Door: doorRole, What: "Directory role " + verdict.DirectoryRoleOver(x) + " at " + g.TenantName, AsOf: page.Moment(v.directory.asOf[g.Tenant]), Evidence: "Held by the guest account itself.", Link: userLink(g.Tenant, g.ID),
			Do: "Take the directory role " + verdict.DirectoryRoleOver(x) + " from the guest account " + g.Address + " (object id " + g.ID + ")."}
		if x.Group != "" {
			l.Evidence, l.Link = "Held by the group “"+groupOf(x)+"”.", groupLink(g.Tenant, x.Group)
			l.Here = guestURL(g) + "/groups/" + url.PathEscape(x.Group)
			l.Do = "Remove the guest account " + g.Address + " (object id " + g.ID + ") from the group “" + groupOf(x) + "”, which holds the directory role " + verdict.DirectoryRoleOver(x) + "."
		}
		add(l)
	}
	x := v.inside[accountOf(g)]
	for _, a := range x.Assignments {
		add(line{Key: doorIntune + ":" + g.Tenant.String() + ":" + g.ID + ":" + a, Door: doorIntune, What: "Intune assignment “" + a + "” at " + g.TenantName, AsOf: page.Moment(v.intune[g.Tenant].AsOf), Evidence: "Gives " + strings.Join(x.Roles, ", ") + " by a group.",
			Do: "Remove the guest account " + g.Address + " (object id " + g.ID + ") from the groups of the Intune assignment “" + a + "”."})
	}
	return lines
}

// userLink and groupLink are where Microsoft Entra's administration shows an account, and who is in a group. Microsoft does not document these
// addresses; they are those that its own pages have.
func userLink(at tenant.ID, id string) string {
	return "https://entra.microsoft.com/" + at.String() + "/#view/Microsoft_AAD_UsersAndTenants/UserProfileMenuBlade/~/overview/userId/" + url.PathEscape(id)
}

func groupLink(at tenant.ID, id string) string {
	return "https://entra.microsoft.com/" + at.String() + "/#view/Microsoft_AAD_IAM/GroupDetailsMenuBlade/~/Members/groupId/" + url.PathEscape(id)
}
