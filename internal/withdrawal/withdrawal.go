// Package withdrawal is how a customer takes consent back in the portal: the reading stops at once, the data is kept until its time is over
// or deleted now, and what was deleted is proven.
//
// The portal cannot remove its own program from a customer's tenant, for it only reads there; an administrator does that at Microsoft, and
// the portal asks Microsoft whether it is done. Consent itself is internal/consent's.
package withdrawal

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Withdrawal is one taking back, and how far its deletion has come.
type Withdrawal struct {
	ID        int64
	Tenant    tenant.Tenant // with name and number only
	Language  permission.Lang
	At        time.Time
	By        string
	DeleteAt  time.Time        // equal to At: at once
	BeganAt   time.Time        // zero: not yet
	DeletedAt time.Time        // zero: not yet
	Rows      map[string]int64 // deleted so far, by table
	HeadSeq   int64            // of the audit chain once all was deleted
	HeadHash  []byte
	LookedAt  time.Time // zero: Microsoft was not asked yet
	GoneAt    time.Time // zero: the program was still known, or nothing is known
	Stands    bool      // no new consent was given since
}

// Deleting tells whether the data goes at once.
func (w Withdrawal) Deleting() bool { return !w.DeleteAt.After(w.At) }

// Total is how many rows were deleted so far.
func (w Withdrawal) Total() (n int64) {
	for _, rows := range w.Rows {
		n += rows
	}
	return n
}

// How often Microsoft is asked whether the access is gone, and for how long.
const (
	lookEvery = 15 * time.Minute
	lookAgain = 20 * time.Second // at the earliest, when somebody asks
	lookFor   = 30 * 24 * time.Hour
)

// Deps are what a Service is built from.
type Deps struct {
	Store *Store
	Audit *audit.Store
	Stop  func(ctx context.Context, tid tenant.ID) error         // ends the reads of a tenant
	Gone  func(ctx context.Context, tid tenant.ID) (bool, error) // whether Microsoft no longer knows our program in the tenant (AADSTS700016)
	Keeps func(ctx context.Context) (days int, err error)        // how long what is kept is kept
	Now   func() time.Time                                       // nil: time.Now
	Log   *slog.Logger
}

// Service is the rules around a withdrawal.
type Service struct{ Deps }

// NewService makes a Service.
func NewService(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{d}
}

func (s *Service) now() time.Time { return s.Now().UTC() }

// Order is what an administrator asks for.
type Order struct {
	Name     string // of the company, as typed
	Delete   bool   // at once, instead of when what is kept has been kept long enough
	Language permission.Lang
}

// Withdraw takes the consent of the person's own tenant back. The receipt opens the proof; only its hash is kept. A name that is not the
// company's is errs.Invalid, a withdrawal that stands already errs.Conflict.
func (s *Service) Withdraw(ctx context.Context, who tenant.Person, t tenant.Tenant, o Order) (receipt string, err error) {
	if !strings.EqualFold(strings.Join(strings.Fields(o.Name), " "), strings.Join(strings.Fields(t.Name()), " ")) {
		return "", fmt.Errorf("withdrawal of %s: the name does not fit: %w", t.ID, errs.Invalid)
	}
	days, err := s.Keeps(ctx)
	if err != nil {
		return "", err
	}
	w := Withdrawal{Language: o.Language, At: s.now().Truncate(time.Microsecond), By: audit.By(who).Actor}
	w.DeleteAt = w.At
	if !o.Delete {
		w.DeleteAt = w.At.AddDate(0, 0, days)
	}
	b := make([]byte, 32)
	rand.Read(b)
	receipt = base64.RawURLEncoding.EncodeToString(b)
	entry := audit.By(who)
	entry.Action, entry.Object, entry.Detail = "consent.withdrawn", t.ID.String(), map[string]any{"delete_at": w.DeleteAt}
	if err := s.Store.create(ctx, s.Audit, t.ID, w, hashOf(receipt), entry); err != nil {
		return "", err
	}
	// The tenant is marked: no read begins any more, whatever comes of ending those under way here. The chore ends them again.
	if err := s.Stop(ctx, t.ID); err != nil {
		s.Log.ErrorContext(ctx, "reads not stopped", "tenant_id", t.ID.String(), "err", err)
	}
	return receipt, nil
}

func hashOf(receipt string) []byte {
	h := sha256.Sum256([]byte(receipt))
	return h[:]
}

// ByReceipt finds a withdrawal by what its administrator was given; errs.NotFound for what is none.
func (s *Service) ByReceipt(ctx context.Context, receipt string) (Withdrawal, error) {
	if b, err := base64.RawURLEncoding.Strict().DecodeString(receipt); err != nil || len(b) != 32 {
		return Withdrawal{}, fmt.Errorf("receipt of a withdrawal: %w", errs.NotFound)
	}
	return s.Store.byReceiptAcrossTenants(ctx, hashOf(receipt))
}

// Look asks Microsoft whether the access is gone. What it finds is kept; a failure says nothing. Asked twice at once, it asks once.
func (s *Service) Look(ctx context.Context, w Withdrawal) error {
	now := s.now()
	if !w.GoneAt.IsZero() || !w.Stands || now.Sub(w.LookedAt) < lookAgain {
		return nil
	}
	gone, err := s.Gone(ctx, w.Tenant.ID)
	if err != nil {
		return fmt.Errorf("look whether the access to %s is gone: %w", w.Tenant.ID, err)
	}
	return s.Store.looked(ctx, w.Tenant.ID, w.ID, now, gone)
}

// RunDue goes on with what is due: deletions, and looks whether an access is gone. A schedule calls it in any number of processes; a row is
// deleted and counted once.
func (s *Service) RunDue(ctx context.Context) error {
	due, err := s.Store.dueAcrossTenants(ctx, s.now())
	if err != nil {
		return err
	}
	var problems []error
	for _, w := range due {
		problems = append(problems, s.erase(ctx, w))
	}
	open, err := s.Store.lookingAcrossTenants(ctx, s.now().Add(-lookEvery), s.now().Add(-lookFor))
	problems = append(problems, err)
	for _, w := range open {
		problems = append(problems, s.Look(ctx, w))
	}
	return errors.Join(problems...)
}

// erase deletes what there is of a tenant. Whatever ends it midway, the next call goes on.
func (s *Service) erase(ctx context.Context, w Withdrawal) error {
	tid := w.Tenant.ID
	if ok, err := s.Store.beginErasing(ctx, tid, w.ID, s.now()); err != nil || !ok {
		return err
	}
	if err := s.Stop(ctx, tid); err != nil {
		return err
	}
	if err := s.Store.erase(ctx, tid, w.ID); err != nil {
		return err
	}
	entry := audit.By(tenant.Person{})
	entry.Action, entry.Object = "tenant.erased", tid.String()
	return s.Store.endErasing(ctx, s.Audit, tid, w.ID, s.now(), entry)
}
