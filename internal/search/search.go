// Package search tells in which kinds of things a text that somebody typed may be found at all, so that a search over everything asks only
// the rooms that hold it. What is found, and how it reads, those rooms know.
package search

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Kind is a kind of things, by the table that holds them.
type Kind string

const (
	Apps         Kind = "app"
	Autopilot    Kind = "autopilot_identity"
	Categories   Kind = "device_category"
	Detected     Kind = "detected_app"
	Guests       Kind = "guest"
	Incidents    Kind = "incident"
	Malware      Kind = "malware"
	Policies     Kind = "policy"
	Provisioning Kind = "provisioning_job"
	Roles        Kind = "intune_role"
	Services     Kind = "service_item"
	Customers    Kind = "tenant"

	// Of the policies, what helps them.
	Filters       Kind = "assignmentFilter"
	Notifications Kind = "notificationTemplate"
	ScopeTags     Kind = "scopeTag"
)

var kinds = []Kind{Apps, Autopilot, Categories, Detected, Guests, Incidents, Malware, Policies, Provisioning, Roles, Services, Customers, Filters, Notifications, ScopeTags}

// Store asks the indexes of the search.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

// Words are what is looked for when somebody types q, in lower case: each must be found, the longest comes first.
func Words(q string) []string { return postgres.Words(q) }

// Plain is text as it is looked for: what Words are found in.
func Plain(text string) string { return postgres.Plain(text) }

// Holding are the kinds of which something in the scope may hold the text; the others hold it nowhere. They are all kinds where the indexes
// cannot tell: of what may be the beginning of an id, which is no part of their texts, and of cased letters other than ASCII, which the
// database may see differently in lower case.
func (s *Store) Holding(ctx context.Context, scope tenant.Scope, text string) ([]Kind, error) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > 200 || !postgres.Printable(text) {
		return slices.Clone(kinds), nil
	}
	if postgres.Short(text) {
		return s.beginning(ctx, scope, strings.ToLower(text))
	}
	if _, guid := postgres.GUIDBegins(text); guid || !postgres.Uncased(text) {
		return slices.Clone(kinds), nil
	}
	text = Words(text)[0] // of several, which must all be held, the one that tells most
	// What follows an @ stands in too many texts to tell much.
	if before, _, ok := strings.Cut(text, "@"); ok && !postgres.Short(before) {
		text = before
	}
	var found []Kind
	if err := s.pool.In(scope).QueryRow(ctx, `SELECT searched_in($1)`, postgres.Like(text)).Scan(&found); err != nil {
		return nil, fmt.Errorf("kinds of things that hold a text: %w", err)
	}
	return found, nil
}

// beginning are the kinds, of those that people look for by two letters, of which something has a name that begins so, see
// postgres.Where.Searched, and customers, of whom there are few enough to look for it anywhere in their names.
func (s *Store) beginning(ctx context.Context, scope tenant.Scope, text string) (found []Kind, err error) {
	err = s.pool.In(scope).QueryRow(ctx, `SELECT array_remove(ARRAY[
		CASE WHEN EXISTS (SELECT FROM app                WHERE gone_at IS NULL AND name_key   >= $1 AND name_key   < $2) THEN 'app' END,
		CASE WHEN EXISTS (SELECT FROM autopilot_identity WHERE gone_at IS NULL AND serial_key >= $1 AND serial_key < $2) THEN 'autopilot_identity' END,
		CASE WHEN EXISTS (SELECT FROM guest              WHERE gone_at IS NULL AND name_key   >= $1 AND name_key   < $2) THEN 'guest' END,
		CASE WHEN EXISTS (SELECT FROM incident           WHERE id = $1 OR title_key >= $1 AND title_key < $2)                THEN 'incident' END,
		CASE WHEN EXISTS (SELECT FROM policy             WHERE gone_at IS NULL AND name_key   >= $1 AND name_key   < $2) THEN 'policy' END,
		CASE WHEN EXISTS (SELECT FROM provisioning_app   WHERE name_key >= $1 AND name_key < $2)                       THEN 'provisioning_job' END,
		CASE WHEN EXISTS (SELECT FROM service_item       WHERE gone_at IS NULL AND name_key   >= $1 AND name_key   < $2) THEN 'service_item' END,
		'tenant'], NULL)`, text, text+"\U0010FFFF").Scan(&found)
	if err != nil {
		return nil, fmt.Errorf("kinds of things that begin with a text: %w", err)
	}
	return found, nil
}
