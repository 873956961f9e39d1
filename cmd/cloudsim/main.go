// Command cloudsim runs the simulated Microsoft cloud: Entra ID, Microsoft Graph, Microsoft Defender XDR and Partner Center on
// loopback, over a made-up world. It is for demos and tests; the product binary does not contain it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

type flags struct {
	Login       string   `default:"127.0.0.1:9400" placeholder:"HOST:PORT" help:"Address of the sign-in service; /_sim/ is here too."`
	Graph       string   `default:"127.0.0.1:9401" placeholder:"HOST:PORT" help:"Address of Microsoft Graph."`
	Security    string   `default:"127.0.0.1:9402" placeholder:"HOST:PORT" help:"Address of Microsoft Defender XDR."`
	Partner     string   `default:"127.0.0.1:9403" placeholder:"HOST:PORT" help:"Address of Partner Center."`
	TLS         string   `name:"tls" placeholder:"DIR" help:"Speak https beside http; the development CA's certificate is written to DIR/ca.pem."`
	Tenants     int      `default:"12" help:"Customers beside the partner's own tenant."`
	Devices     int      `default:"4800" help:"Managed devices over all customers."`
	Seed        uint64   `default:"1" help:"The same seed makes the same world."`
	RedirectURI []string `name:"redirect-uri" placeholder:"URI" help:"Register a redirect URI on loopback; may be repeated."`
}

// Validate is called by kong and says at once what cannot work.
func (f *flags) Validate() error {
	var all []error
	if f.Tenants < 1 || f.Tenants > 100_000 {
		all = append(all, fmt.Errorf("--tenants %d: give 1 to 100000", f.Tenants))
	}
	if f.Devices < 1 || f.Devices > 100_000_000 {
		all = append(all, fmt.Errorf("--devices %d: give 1 to 100000000", f.Devices))
	}
	for _, uri := range f.RedirectURI {
		all = append(all, cloudsim.CheckRedirectURI(uri))
	}
	return errors.Join(all...)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "cloudsim:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var f flags
	parser, err := kong.New(&f, kong.Name("cloudsim"), kong.Description("The simulated Microsoft cloud, on loopback."), kong.Writers(out, out))
	if err != nil {
		return err
	}
	if _, err := parser.Parse(args); err != nil {
		return err
	}
	cloud, err := cloudsim.New(cloudsim.Options{
		World: world.Options{Seed: f.Seed, Tenants: f.Tenants, Devices: f.Devices, RedirectURIs: f.RedirectURI},
		Login: f.Login, Graph: f.Graph, Security: f.Security, Partner: f.Partner, TLSDir: f.TLS,
	})
	if err != nil {
		return err
	}
	if err := cloud.Start(ctx); err != nil {
		return err
	}
	u := cloud.URLs()
	fmt.Fprintf(out, "login     %s\ngraph     %s\nsecurity  %s\npartner   %s\nworld     %s/_sim/world\n", u.Login, u.Graph, u.Security, u.Partner, u.Login)
	<-ctx.Done()
	return cloud.Close()
}
