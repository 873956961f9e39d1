// Command msgraphsdk is what the portal's sync is compared with: a plain program on Microsoft's SDK for Go that reads the managed devices
// of one tenant page by page and upserts each page into two tables with the portal's columns and indexes: the devices, and their texts for
// the search. It is a module of its own, because the SDK's generated packages take minutes to build; of them it needs only those of device
// management.
//
// It does less than the sync: no history, no hash, no sweep, no figures. It prints {"rows":…,"seconds":…}.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	kiotajson "github.com/microsoft/kiota-serialization-json-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/devicemanagement"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "msgraphsdk:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	most, err := strconv.Atoi(os.Getenv("MOST"))
	if err != nil {
		return fmt.Errorf("MOST: %w", err)
	}
	db, err := pgx.Connect(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	defer db.Close(ctx)
	if _, err := db.Exec(ctx, `
		DROP TABLE IF EXISTS bench_sdk, bench_sdk_text;
		CREATE TABLE bench_sdk (LIKE device INCLUDING ALL);
		CREATE TABLE bench_sdk_text (LIKE device_text INCLUDING ALL)`); err != nil {
		return err
	}
	builder, err := devices(os.Getenv("GRAPH_URL"), os.Getenv("GRAPH_TOKEN"))
	if err != nil {
		return err
	}
	began := time.Now()
	rows, err := read(ctx, db, builder, os.Getenv("TENANT"), most)
	if err != nil {
		return err
	}
	took := time.Since(began)
	if _, err := db.Exec(ctx, `DROP TABLE bench_sdk, bench_sdk_text`); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"rows": rows, "seconds": took.Seconds()})
}

// bearer signs requests with a token that is there already.
type bearer string

// AuthenticateRequest is the SDK's authentication provider.
func (b bearer) AuthenticateRequest(_ context.Context, r *abstractions.RequestInformation, _ map[string]any) error {
	r.Headers.Add("Authorization", "Bearer "+string(b))
	return nil
}

func devices(url, token string) (*devicemanagement.ManagedDevicesRequestBuilder, error) {
	if url == "" || token == "" {
		return nil, errors.New("GRAPH_URL and GRAPH_TOKEN are needed")
	}
	abstractions.RegisterDefaultSerializer(func() serialization.SerializationWriterFactory { return kiotajson.NewJsonSerializationWriterFactory() })
	abstractions.RegisterDefaultDeserializer(func() serialization.ParseNodeFactory { return kiotajson.NewJsonParseNodeFactory() })
	adapter, err := core.NewGraphRequestAdapterBase(bearer(token), core.GraphClientOptions{})
	if err != nil {
		return nil, err
	}
	adapter.SetBaseUrl(url)
	return devicemanagement.NewDeviceManagementRequestBuilderInternal(map[string]string{"baseurl": url}, adapter).ManagedDevices(), nil
}

func read(ctx context.Context, db *pgx.Conn, builder *devicemanagement.ManagedDevicesRequestBuilder, tenant string, most int) (rows int, err error) {
	top := int32(999)
	page, err := builder.Get(ctx, &devicemanagement.ManagedDevicesRequestBuilderGetRequestConfiguration{
		QueryParameters: &devicemanagement.ManagedDevicesRequestBuilderGetQueryParameters{Top: &top, Select: fields},
	})
	for ; err == nil; page, err = builder.WithUrl(*page.GetOdataNextLink()).Get(ctx, nil) {
		found := page.GetValue()
		if err := upsert(ctx, db, tenant, found); err != nil {
			return rows, err
		}
		if rows += len(found); rows >= most || page.GetOdataNextLink() == nil {
			return rows, nil
		}
	}
	return rows, err
}

// fields are those that the portal's sync reads.
var fields = []string{
	"id", "userId", "deviceName", "managedDeviceOwnerType", "managementState", "enrolledDateTime", "lastSyncDateTime", "operatingSystem", "complianceState", "jailBroken",
	"managementAgent", "osVersion", "easActivated", "easDeviceId", "azureADRegistered", "deviceEnrollmentType", "emailAddress", "azureADDeviceId", "deviceRegistrationState",
	"deviceCategoryDisplayName", "isSupervised", "exchangeLastSuccessfulSyncDateTime", "exchangeAccessState", "exchangeAccessStateReason", "isEncrypted", "userPrincipalName",
	"model", "manufacturer", "imei", "complianceGracePeriodExpirationDateTime", "serialNumber", "phoneNumber", "androidSecurityPatchLevel", "userDisplayName", "wiFiMacAddress",
	"subscriberCarrier", "meid", "totalStorageSpaceInBytes", "freeStorageSpaceInBytes", "managedDeviceName", "partnerReportedThreatState", "requireUserEnrollmentApproval",
	"managementCertificateExpirationDate", "enrollmentProfileName", "deviceActionResults",
}

var columns = strings.Fields(`
	tenant_id id name name_key serial serial_key user_id upn user_name user_key email os os_version model manufacturer compliance grace_until
	ownership agent state enrolled_at last_sync_at checkin encrypted supervised jail_broken storage_total storage_free imei meid wifi_mac
	phone carrier entra_device_id entra_registered registration category threat enrolment_type enrolment_profile eas_activated
	eas_device_id exchange_access exchange_reason exchange_sync_at certificate_until patch_level managed_name needs_approval actions search
	hash first_seen_at changed_at`)

var statement = func() string {
	places, sets := make([]string, len(columns)), make([]string, 0, len(columns))
	for i, c := range columns {
		places[i] = "$" + strconv.Itoa(i+1)
		if c != "tenant_id" && c != "id" && c != "first_seen_at" {
			sets = append(sets, c+" = excluded."+c)
		}
	}
	return `INSERT INTO bench_sdk (` + strings.Join(columns, ", ") + `) VALUES (` + strings.Join(places, ", ") + `)
		ON CONFLICT (tenant_id, id) DO UPDATE SET ` + strings.Join(sets, ", ")
}()

const textStatement = `INSERT INTO bench_sdk_text (tenant_id, id, name_key, search) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id, id) DO UPDATE SET name_key = excluded.name_key, search = excluded.search`

// upsert writes a page in one batch, which is one transaction.
func upsert(ctx context.Context, db *pgx.Conn, tenant string, page []models.ManagedDeviceable) error {
	var batch pgx.Batch
	now := time.Now()
	for _, d := range page {
		name, serial, upn := text(d.GetDeviceName()), text(d.GetSerialNumber()), text(d.GetUserPrincipalName())
		search := strings.ToLower(strings.Join([]string{name, serial, upn, text(d.GetUserDisplayName()), text(d.GetImei()), text(d.GetMeid()), text(d.GetWiFiMacAddress())}, "\n"))
		batch.Queue(statement, tenant, text(d.GetId()), name, strings.ToLower(name), serial, strings.ToLower(serial), text(d.GetUserId()), upn, text(d.GetUserDisplayName()), strings.ToLower(upn),
			text(d.GetEmailAddress()), text(d.GetOperatingSystem()), text(d.GetOsVersion()), text(d.GetModel()), text(d.GetManufacturer()), word(d.GetComplianceState()), moment(d.GetComplianceGracePeriodExpirationDateTime()),
			word(d.GetManagedDeviceOwnerType()), word(d.GetManagementAgent()), word(d.GetManagementState()), moment(d.GetEnrolledDateTime()), moment(d.GetLastSyncDateTime()), "", yes(d.GetIsEncrypted()), yes(d.GetIsSupervised()),
			text(d.GetJailBroken()), number(d.GetTotalStorageSpaceInBytes()), number(d.GetFreeStorageSpaceInBytes()), text(d.GetImei()), text(d.GetMeid()), text(d.GetWiFiMacAddress()),
			text(d.GetPhoneNumber()), text(d.GetSubscriberCarrier()), text(d.GetAzureADDeviceId()), d.GetAzureADRegistered(), word(d.GetDeviceRegistrationState()), text(d.GetDeviceCategoryDisplayName()),
			word(d.GetPartnerReportedThreatState()), word(d.GetDeviceEnrollmentType()), text(d.GetEnrollmentProfileName()), yes(d.GetEasActivated()), text(d.GetEasDeviceId()), word(d.GetExchangeAccessState()),
			word(d.GetExchangeAccessStateReason()), moment(d.GetExchangeLastSuccessfulSyncDateTime()), moment(d.GetManagementCertificateExpirationDate()), text(d.GetAndroidSecurityPatchLevel()), text(d.GetManagedDeviceName()),
			d.GetRequireUserEnrollmentApproval(), "[]", search, []byte{}, now, now)
		batch.Queue(textStatement, tenant, text(d.GetId()), strings.ToLower(name), search)
	}
	return db.SendBatch(ctx, &batch).Close()
}

// text is a text of the SDK's as Postgres can hold it.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return strings.ReplaceAll(strings.ToValidUTF8(*s, "\uFFFD"), "\x00", "\uFFFD")
}

// word is the name of an enum's member.
func word[T fmt.Stringer](v *T) string {
	if v == nil {
		return ""
	}
	return (*v).String()
}

func yes(b *bool) bool { return b != nil && *b }

func number(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
