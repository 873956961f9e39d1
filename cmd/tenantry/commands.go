package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/tenantry/tenantry/cmd/internal/serve"
	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/config"
	"github.com/tenantry/tenantry/internal/postgres"
)

type serveCommand struct {
	config.Settings
	Web     bool `default:"true" negatable:"" help:"Serve pages. With --web=false only health and metrics are served."`
	Workers int  `default:"8" help:"Reads from Microsoft at once in this process; 0: none."`
}

func (c *serveCommand) Run(e environment) error {
	if c.Workers < 0 || c.Workers > 200 {
		return fmt.Errorf("--workers %d: give 0 to 200", c.Workers)
	}
	cfg, err := e.load(c.Settings)
	if err != nil {
		return err
	}
	log := e.logger()
	if len(cfg.Owners) == 0 {
		log.Warn("TENANTRY_OWNERS is not set: unless an owner was named before, nobody can sign in as one")
	}
	go collectLess(e.ctx, e.getenv)
	return serve.Run(e.ctx, cfg, serve.Options{Web: c.Web, Workers: c.Workers}, log)
}

type migrateCommand struct{ config.Settings }

// Run needs no app registration: a deployment migrates with the database's address alone.
func (c *migrateCommand) Run(e environment) (err error) {
	s := c.Settings.Fill(e.getenv)
	p, done, err := openDatabase(e.ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	pending, err := postgres.Pending(e.ctx, p)
	if err != nil {
		return err
	}
	if err := postgres.Migrate(e.ctx, p); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%d migrations applied, the schema is up to date.\n", pending)
	return nil
}

// openDatabase opens DATABASE_URL, or the private Postgres of the data directory.
func openDatabase(ctx context.Context, s config.Settings) (*postgres.Pool, func() error, error) {
	dsn, stop := s.DatabaseURL, func() error { return nil }
	if dsn == "" {
		local, address, err := serve.LocalDatabase(ctx, config.Portal{DataDir: s.DataDir}, serve.Options{})
		if err != nil {
			return nil, nil, err
		}
		dsn, stop = address, local.Stop
	}
	p, err := postgres.Open(ctx, dsn)
	if err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	return p, func() error { p.Close(); return stop() }, nil
}

type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Check an export without the database: that nothing was changed, taken out, put in or moved."`
}

type auditVerifyCommand struct {
	File string `arg:"" help:"The export; - reads from standard input."`
}

func (c *auditVerifyCommand) Run(e environment) error {
	var in io.Reader = os.Stdin
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	r, err := audit.Verify(in)
	if err != nil {
		return fmt.Errorf("%s: %w; %d records before hold", c.File, err, r.Records)
	}
	fmt.Fprintf(e.stdout, "The chain holds.\nTenant   %s\nRecords  %d\n", r.Tenant, r.Records)
	if r.Records > 0 {
		fmt.Fprintf(e.stdout, "First    %s\nLast     %s\n", r.First.Format(time.RFC3339), r.Last.Format(time.RFC3339))
	}
	fmt.Fprintf(e.stdout, "Head     %s\nCompare the head with one that was written down earlier: a chain that was made anew from its start holds too.\n", r.Head)
	return nil
}

type keysCommand struct {
	Rotate keysRotateCommand `cmd:"" help:"Add a key that seals from now on. Older keys stay, for what they sealed; running portals notice within a second."`
}

type keysRotateCommand struct {
	Keyset  string `name:"keyset" setting:"TENANTRY_KEYSET" placeholder:"FILE" help:"Tink keyset. Unset: the data directory's."`
	DataDir string `name:"data-dir" setting:"TENANTRY_DATA_DIR" placeholder:"DIR" help:"Directory of the keyset."`
}

func (c *keysRotateCommand) Run(e environment) error {
	s := config.Settings{Keyset: c.Keyset, DataDir: c.DataDir}.Fill(e.getenv)
	k, err := serve.Keyset(config.Portal{Keyset: s.Keyset, DataDir: s.DataDir})
	if err != nil {
		return err
	}
	if err := k.Rotate(); err != nil {
		return err
	}
	keys := k.List()
	fmt.Fprintf(e.stdout, "Key %d seals from now on; %d older keys still open what they sealed.\n", keys[len(keys)-1].ID, len(keys)-1)
	return nil
}
