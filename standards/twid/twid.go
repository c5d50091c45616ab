// Package twid checks the identifiers of persons and companies in Taiwan.
//
// A check says that an identifier is well-formed, never that it was issued.
// Nothing is normalised: full-width and lower-case letters are not well-formed.
//
// Sources: 戶政事務所 numbering of 國民身分證統一編號; 內政部移民署 統一證號 since
// 2021-01-02; 財政部財政資訊中心, 營利事業統一編號檢查碼邏輯修正說明 (2023-04-01).
package twid

// text is what the checks read without copying.
type text interface{ ~string | ~[]byte }

// NationalID reports whether s is a 國民身分證統一編號: a letter, 1 or 2, seven
// digits and a check digit.
func NationalID[T text](s T) bool {
	return len(s) == 10 && (s[1] == '1' || s[1] == '2') && person(s, s[1]-'0')
}

// Holder says to whom a 統一證號 was given.
type Holder string

// The holders. An old number (two letters, usable until 2030-12-31) does not
// tell more than that it is one.
const (
	NotResident Holder = ""           // not a well-formed number
	Foreign     Holder = "foreign"    // 外國人, 無國籍人
	Unlisted    Holder = "unlisted"   // 無戶籍國民
	HongKong    Holder = "hong-kong"  // 香港, 澳門居民
	Mainland    Holder = "mainland"   // 大陸地區人民
	OldResident Holder = "old-number" // two letters, 2021 and before
)

// ResidentID reports whether s is a 統一證號 of a person without household
// registration, and of whom.
func ResidentID[T text](s T) Holder {
	if len(s) != 10 {
		return NotResident
	}
	switch c := s[1]; {
	case c == '8' || c == '9':
		if !person(s, c-'0') {
			return NotResident
		}
		switch s[2] {
		case '7':
			return Unlisted
		case '8':
			return HongKong
		case '9':
			return Mainland
		}
		return Foreign
	case c >= 'A' && c <= 'D':
		if person(s, letters[c-'A']%10) {
			return OldResident
		}
	}
	return NotResident
}

// Personal reports whether s is a national ID or the number of a resident.
func Personal[T text](s T) bool { return NationalID(s) || ResidentID(s) != NotResident }

// letters gives each letter its number, A to Z.
var letters = [26]byte{10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33}

// person computes the sum over ten characters; second stands for the second one.
func person[T text](s T, second byte) bool {
	if s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	n := letters[s[0]-'A']
	sum := int(n/10) + 9*int(n%10) + 8*int(second)
	for i := 2; i < 10; i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		weight := 9 - i
		if i == 9 {
			weight = 1
		}
		sum += weight * int(s[i]-'0')
	}
	return sum%10 == 0
}

// Company reports whether s is a 統一編號 of a business or an agency by the rule
// since 2023-04-01: eight digits whose weighted digit sum is a multiple of 5.
func Company[T text](s T) bool { return company(s, 5) }

// CompanyBefore2023 reports whether s is one by the rule until then: a multiple
// of 10. Every number that passes it passes Company too.
func CompanyBefore2023[T text](s T) bool { return company(s, 10) }

func company[T text](s T, modulus int) bool {
	if len(s) != 8 {
		return false
	}
	sum := 0
	for i, weight := range [8]int{1, 2, 1, 2, 1, 2, 4, 1} {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		p := weight * int(s[i]-'0')
		sum += p/10 + p%10
	}
	// 7 × 4 = 28, whose digit sum 10 may be taken as 1 or as 0.
	return sum%modulus == 0 || s[6] == '7' && (sum-9)%modulus == 0
}
