package graph

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Left is how somebody was taken out of a group.
type Left struct {
	Name    string // of the group, as read just before
	Changed Changed[struct{}]
	Gone    *bool // whether the group, read back, has them no more; nil: it could not be read back
}

// The delegated permissions that taking somebody out of a group needs (Microsoft Graph, remove member). The second is needed besides where the
// group is assignable to directory roles.
const (
	writeMembers = "GroupMember.ReadWrite.All"
	writeRoles   = "RoleManagement.ReadWrite.Directory"
)

// groupNow is what decides whether, and by whom, somebody can be taken out of a group.
type groupNow struct {
	Name       string   `json:"displayName"`
	Types      []string `json:"groupTypes"`
	Synced     *bool    `json:"onPremisesSyncEnabled"`
	Assignable *bool    `json:"isAssignableToRole"`
}

// Leave takes a member out of a group as the signed-in person, and reads the group back. Groups that nobody can change by hand are refused
// before anything is sent. A failure that is no sentence yet is the caller's to word.
func Leave(ctx context.Context, who Acting, tid tenant.ID, group, member string) (left Left, err error) {
	p, err := who.As(ctx, tid, writeMembers)
	if err != nil {
		return left, err
	}
	path := "/groups/" + url.PathEscape(group)
	now, err := GetAs[groupNow](ctx, p, path, Query{Select: []string{"id", "displayName", "groupTypes", "onPremisesSyncEnabled", "isAssignableToRole"}})
	if err != nil {
		return left, err
	}
	left.Name = now.Name
	switch {
	case slices.Contains(now.Types, "DynamicMembership"):
		return left, errs.ShowNext(errs.Conflict, "A rule says who is in the group “"+now.Name+"”, so that nobody can be taken out of it.", "Change its rule in Microsoft Entra, or what the rule looks at.")
	case now.Synced != nil && *now.Synced:
		return left, errs.ShowNext(errs.Conflict, "The group “"+now.Name+"” is copied from a directory on premises.", "Take the person out of it there.")
	case now.Assignable != nil && *now.Assignable:
		if p, err = who.As(ctx, tid, writeMembers, writeRoles); err != nil {
			return left, err
		}
	}
	left.Changed, err = Send[struct{}](ctx, p, Change{Method: http.MethodDelete, Path: path + "/members/" + url.PathEscape(member) + "/$ref"})
	if err != nil {
		return left, err
	}
	members, err := ListAs[DirectoryObject](ctx, p, path+"/members", Query{Select: []string{"id"}})
	if err == nil {
		gone := !slices.ContainsFunc(members, func(m DirectoryObject) bool { return strings.EqualFold(m.ID, member) })
		left.Gone = &gone
	}
	return left, nil
}

// Sent tells that the change went out, whatever became of it.
func (l Left) Sent() bool { return l.Changed.ClientID != "" }

// Record is what an audit keeps of it, as Changed.Record.
func (l Left) Record(failed error) (ending string, detail map[string]any) {
	ending, detail = l.Changed.Record(failed)
	detail["group_name"] = l.Name
	if l.Gone != nil {
		detail["read_back_gone"] = *l.Gone
	}
	return ending, detail
}

// Said is the sentence about a group that was left, by what was read back.
func (l Left) Said(who string) string {
	switch {
	case l.Gone == nil:
		return "Microsoft took " + who + " out of “" + l.Name + "”. The group could not be read back."
	case *l.Gone:
		return "Microsoft took " + who + " out of “" + l.Name + "”, and the group no longer lists them."
	}
	return "Microsoft took " + who + " out of “" + l.Name + "”, and the group still lists them."
}
