package incident

// Examples are queries to begin with, over tables of Microsoft's advanced hunting schema. They are part of the portal and cannot be changed.
var Examples = []Query{
	{Name: "Failed sign-ins by device", Description: "Devices on which signing in failed most often in the last 7 days.", Text: `DeviceLogonEvents
| where Timestamp > ago(7d) and ActionType == "LogonFailed"
| summarize Failures = count(), Accounts = dcount(AccountName),
    Last = max(Timestamp) by DeviceName
| top 50 by Failures`},
	{Name: "Who signed in on a device", Description: "Put the name of the device in place of the one here.", Text: `DeviceLogonEvents
| where DeviceName startswith "ctn-0001"
| project Timestamp, ActionType, LogonType, AccountName, RemoteIP
| order by Timestamp desc
| take 500`},
	{Name: "High alerts of the last 30 days", Description: "With the technique of MITRE ATT&CK, newest first.", Text: `AlertInfo
| where Severity == "High"
| project Timestamp, Title, Category, ServiceSource, AttackTechniques, AlertId
| order by Timestamp desc`},
	{Name: "Devices in alerts", Description: "Which devices are in how many alerts.", Text: `AlertEvidence
| where EntityType == "Machine"
| summarize Alerts = dcount(AlertId), Last = max(Timestamp) by DeviceName
| order by Alerts desc`},
	{Name: "Accounts in alerts", Description: "Which accounts are in how many alerts.", Text: `AlertEvidence
| where EntityType == "User"
| summarize Alerts = dcount(AlertId), Last = max(Timestamp) by AccountUpn
| order by Alerts desc`},
	{Name: "Devices whose sensor is silent", Description: "What Defender knew last of devices that do not report.", Text: `DeviceInfo
| summarize arg_max(Timestamp, *) by DeviceId
| where SensorHealthState != "Active"
| project Timestamp, DeviceName, AadDeviceId, OSVersion,
    SensorHealthState, ExposureLevel
| order by Timestamp asc`},
}
