// Package doctor examines what the portal stands on: settings, database, keys, Microsoft's sign-in, and the app registration as Microsoft
// sees it. Each finding is ok, not ok or unknown, with what to do. It changes nothing but what a first start would make (the keyset).
package doctor

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/tenantry/tenantry/cmd/internal/serve"
	"github.com/tenantry/tenantry/internal/config"
	"github.com/tenantry/tenantry/internal/localpg"
	"github.com/tenantry/tenantry/internal/postgres"
)

// State is what a check came to. Unknown is an answer: nothing is called fine that was not seen.
type State string

// The states.
const (
	OK      State = "ok"
	NotOK   State = "not ok"
	Unknown State = "unknown"
)

// Result is one finding.
type Result struct {
	What   string
	State  State
	Found  string
	Remedy string // what to do; empty where nothing is to be done
}

func ok(what, found string) Result { return Result{What: what, State: OK, Found: found} }

func notOK(what, found, remedy string) Result {
	return Result{What: what, State: NotOK, Found: found, Remedy: remedy}
}

func unknown(what, found, remedy string) Result {
	return Result{What: what, State: Unknown, Found: found, Remedy: remedy}
}

// limit of each check that asks somebody else.
const limit = 15 * time.Second

// Examine yields the findings as they are made.
func Examine(ctx context.Context, s config.Settings) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		cfg, err := s.Check()
		var faults config.Faults
		if errors.As(err, &faults) {
			for _, f := range faults {
				if !yield(notOK("Setting "+f.Name, f.Problem, f.Fix)) {
					return
				}
			}
		} else if !yield(ok("Settings", "all can be used; the portal is "+cfg.Origin())) {
			return
		}
		local := config.Portal{DatabaseURL: config.Secret(s.DatabaseURL), DataDir: s.DataDir, Keyset: s.Keyset}
		for _, r := range append(database(ctx, local), keys(local)) {
			if !yield(r) {
				return
			}
		}
		if faults != nil {
			yield(unknown("App registration", "not looked at while settings are wrong", "Correct the settings first."))
			return
		}
		registration(ctx, cfg)(yield)
	}
}

func database(ctx context.Context, cfg config.Portal) []Result {
	ctx, cancel := context.WithTimeout(ctx, 2*limit)
	defer cancel()
	const what = "Database"
	dsn, found := cfg.DatabaseURL.Reveal(), "answers"
	if dsn == "" {
		s, local, err := serve.LocalDatabase(ctx, cfg, serve.Options{})
		switch {
		case errors.Is(err, localpg.ErrInUse):
			return []Result{ok(what, "the private Postgres is in use by a portal that runs"), unknown("Migrations", "the database is in use", "Ask the running portal: /readyz answers 200 when it is ready.")}
		case err != nil:
			return []Result{notOK(what, err.Error(), "Set DATABASE_URL, or correct what the message names.")}
		}
		defer s.Stop()
		dsn, found = local, "the private Postgres starts and answers"
	}
	p, err := postgres.Open(ctx, dsn)
	if err != nil {
		return []Result{notOK(what, err.Error(), "Check DATABASE_URL: host, port, user, password, database and sslmode.")}
	}
	defer p.Close()
	return []Result{ok(what, found), migrations(ctx, p), clock(ctx, p)}
}

// offMost is how far two clocks may differ; Microsoft takes sign-ins of a clock that is up to five minutes off.
const offMost = time.Minute

// clock compares this machine's clock with the database's.
func clock(ctx context.Context, p *postgres.Pool) Result {
	const what, remedy = "Clock", "Let this machine and the database's follow a time server (NTP). Microsoft refuses sign-ins of a clock that is more than five minutes off."
	var theirs time.Time
	if err := p.Raw().QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&theirs); err != nil {
		return unknown(what, err.Error(), remedy)
	}
	if off := time.Since(theirs).Round(time.Second); off > offMost || off < -offMost {
		return notOK(what, fmt.Sprintf("%s ahead of the database's (negative: behind)", off), remedy)
	}
	return ok(what, "agrees with the database's")
}

func migrations(ctx context.Context, p *postgres.Pool) Result {
	n, err := postgres.Pending(ctx, p)
	switch {
	case err != nil:
		return unknown("Migrations", err.Error(), "See whether the database's user may read the schema public.")
	case n > 0:
		return notOK("Migrations", fmt.Sprintf("%d are still to be applied", n), "Run tenantry migrate; serve does it at its start as well.")
	}
	return ok("Migrations", "the schema is up to date")
}

func keys(cfg config.Portal) Result {
	k, err := serve.Keyset(cfg)
	if err != nil {
		return notOK("Keyset", err.Error(), "Without the keyset that sealed them, stored sign-ins and secrets cannot be opened: restore it from the backup.")
	}
	return ok("Keyset", fmt.Sprintf("%d in the set", len(k.List())))
}
