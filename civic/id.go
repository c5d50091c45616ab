package civic

// AgencyID is the object identifier of an agency, for example
// "2.16.886.101.20003" (物件識別碼 OID, tree 2.16.886.101).
type AgencyID string

// OfficerID names one appointment: a person, in an agency, with duties.
type OfficerID string

// PersonID is a pseudonym for one person within one room. The same person has
// different PersonIDs in different rooms; only identity can join them.
type PersonID string

// GrantID names one permission to use data.
type GrantID string

// LicenceID is an SPDX identifier, for example "OGDL-Taiwan-1.0".
type LicenceID string

// Purpose says why data is used, in the words of the specific purposes of
// 個人資料保護法 (特定目的).
type Purpose string

// Basis is the article of law that allows an act, for example
// "個人資料保護法 §15-1".
type Basis string
