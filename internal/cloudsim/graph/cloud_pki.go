package graph

import (
	"strings"
	"time"
)

// cloudPKIOperations are the certification authorities that Microsoft runs for a tenant, as an add-on. Their permission is one of its own.
func cloudPKIOperations() []operation {
	read := same("DeviceManagementCloudCA.Read.All")
	return families(
		family{
			path: "deviceManagement/cloudCertificationAuthority", kind: "cloudCertificationAuthority", versions: beta, allow: read, options: oExpand | oOrder | oFilter, members: (*call).authorities,
			relations: []string{"cloudCertificationAuthorityLeafCertificate"},
		},
		family{path: "deviceManagement/cloudCertificationAuthorityLeafCertificate", kind: "cloudCertificationAuthorityLeafCertificate", versions: beta, allow: read, options: oOrder | oFilter, members: func(c *call) []object { return c.leaves() }},
	)
}

// authority is a root or one that it issued.
type authority struct {
	name, typ, status string
	root              int
	years             int
}

func (c *call) authorityList() []authority {
	if c.t.Premium < 2 || c.t.Devices == 0 {
		return nil // the add-on is for large tenants
	}
	list := []authority{{"Root CA", "rootCertificationAuthority", "active", -1, 10}, {"Devices CA", "issuingCertificationAuthority", "active", 0, 5}}
	if c.has(classAuthority, 2, 0.5) {
		list = append(list, authority{"Wi-Fi CA", "issuingCertificationAuthority", "active", 0, 2})
	}
	if c.has(classAuthority, 3, 0.3) {
		list = append(list, authority{"On-premises CA", "issuingCertificationAuthorityWithExternalRoot", "signingPending", -1, 5})
	}
	return list
}

func (c *call) authorities() []object {
	var list []object
	all := c.authorityList()
	for i, a := range all {
		d := c.drawOf(classAuthority, i)
		end, start := c.expiry(classAuthority, i, time.Duration(a.years)*365*day)
		if i == 0 { // a root outlives what it issues
			end = end.Add(5 * 365 * day)
			start = end.Add(-10 * 365 * day)
		}
		name, root := c.t.Prefix+" "+a.name, c.t.Prefix+" "+all[0].name
		issuer, issuerID := root, any(c.idOf(classAuthority, 0))
		if a.root < 0 {
			issuer, issuerID = name, nil
		}
		status, hash := a.status, any(d.letters(upperHex, 40))
		var from, to any = start, end
		switch {
		case status == "signingPending":
			from, to, hash, root, issuer = nil, nil, nil, "", ""
		case c.now.After(end):
			status = "expired"
		}
		host := "https://" + strings.ToLower(c.t.Prefix) + ".pki.azure.net/" + c.idOf(classAuthority, i)
		list = append(list, object{
			{"id", c.idOf(classAuthority, i)}, {"displayName", name}, {"description", ""}, {"scepServerUrl", orNil(map[bool]string{true: host + "/scep"}[a.root >= 0])}, {"certificateRevocationListUrl", host + "/crl"}, {"certificateDownloadUrl", host + "/cert"},
			{"certificationAuthorityIssuerUri", host + "/aia"}, {"ocspResponderUri", nil}, {"certificationAuthorityStatus", status}, {"eTag", d.letters("0123456789abcdef", 32)}, {"lastModifiedDateTime", start}, {"roleScopeTagIds", []string{"0"}},
			{"certificationAuthorityIssuerId", issuerID}, {"issuerCommonName", issuer}, {"cloudCertificationAuthorityType", a.typ}, {"validityPeriodInYears", a.years}, {"validityStartDateTime", from}, {"validityEndDateTime", to},
			{"createdDateTime", start}, {"organizationName", c.t.DisplayName}, {"organizationUnit", "IT"}, {"countryName", c.t.Country}, {"stateName", nil}, {"localityName", nil}, {"certificateKeySize", "rsa4096"},
			{"cloudCertificationAuthorityHashingAlgorithm", "sha512"}, {"thumbprint", hash}, {"serialNumber", d.letters(upperHex, 32)}, {"subjectName", "CN=" + name + ", O=" + c.t.DisplayName}, {"commonName", name}, {"certificateSigningRequest", nil},
			{"extendedKeyUsages", []object{{{"name", "Client Authentication"}, {"objectIdentifier", "1.3.6.1.5.5.7.3.2"}}}}, {"versionNumber", 1}, {"rootCertificateCommonName", root}, {"keyPlatform", "hardwareSecurityModule"},
			{"cloudCertificationAuthorityLeafCertificate", many("cloudCertificationAuthorityLeafCertificate", func() []object {
				if i != 1 {
					return nil
				}
				return c.leaves()
			})},
		})
	}
	return list
}

// leaves are the certificates that the issuing authority gave to devices: the first few, for an authority is not the place to list them all.
func (c *call) leaves() []object {
	if len(c.authorityList()) == 0 {
		return nil
	}
	var list []object
	f := c.fleet()
	for i := 0; i < f.t.Devices && len(list) < 200; i++ {
		v := f.at(i)
		if v.kind != windows || v.userless {
			continue
		}
		d := c.drawOf(classLeaf, i)
		end, start := v.certificate, v.certificate.Add(-365*day)
		status := "active"
		var revoked any
		switch {
		case c.now.After(end):
			status = "expired"
		case d.is(0.03):
			status, revoked = "revoked", start.Add(40*day)
		}
		list = append(list, object{
			{"id", c.idOf(classLeaf, i)}, {"subjectName", "CN=" + v.id.String()}, {"issuerId", c.idOf(classAuthority, 1)}, {"issuerName", c.t.Prefix + " Devices CA"}, {"certificateStatus", status}, {"validityStartDateTime", start}, {"validityEndDateTime", end},
			{"crlDistributionPointUrl", ""}, {"certificationAuthorityIssuerUri", ""}, {"ocspResponderUri", nil}, {"thumbprint", d.letters(upperHex, 40)}, {"serialNumber", d.letters(upperHex, 32)}, {"revocationDateTime", revoked}, {"deviceId", v.id.String()},
			{"deviceName", v.name}, {"userId", v.owner.id}, {"userPrincipalName", v.owner.upn}, {"devicePlatform", v.platform.os}, {"keyUsages", []string{"digitalSignature", "keyEncipherment"}}, {"extendedKeyUsages", []string{"1.3.6.1.5.5.7.3.2"}},
			{"certificationAuthorityVersionNumber", 1},
		})
	}
	return list
}
