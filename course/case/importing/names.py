"""What Salesforce and HubSpot call things: the columns of their exports and the words in them.

Labels are those of the systems' list and report exports; API names are those of their data export. Compared without
case, spaces and punctuation. Sources: Salesforce Object Reference (Account, Contact, Opportunity, Lead, User, Task,
Quote); HubSpot's default properties for companies, contacts and deals.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from course.case.columns import Column, date, key, money, number, rate, text
from course.case.registry import published

# Case table -> case column -> names in exports. Columns in capitals are read but do not reach a table as they are.
COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "accounts": {
        "account_id": (
            "Account ID",
            "AccountId",
            "Company ID",
            "hs_object_id",
            "Record ID",
            "Record ID - Company",
            "Id",
        ),
        "name": ("Account Name", "Company name", "Name"),
        "region": ("Region", "Sales Region", "Region__c", "Territory Region"),
        "country": ("Billing Country", "BillingCountry", "Billing Country/Region", "Country/Region", "Country"),
        "town": ("Billing City", "BillingCity", "City", "Town"),
        "segment": ("Segment", "Segment__c", "Customer Segment", "Company Segment"),
        "industry": ("Industry",),
        "tier": ("Tier", "Account Tier", "Tier__c", "Target Account Tier"),
        "employees": ("Employees", "NumberOfEmployees", "Number of Employees"),
        "annual_spend_eur": ("Annual Spend", "Annual_Spend__c"),
        "customer_since": ("Customer Since", "Became a Customer Date", "Customer_Since__c", "Close Date of First Deal"),
        "territory_id": ("Territory ID", "Territory2Id", "Territory"),
    },
    "contacts": {
        "contact_id": ("Contact ID", "ContactId", "Record ID", "Record ID - Contact", "hs_object_id", "Id"),
        "account_id": (
            "Account ID",
            "AccountId",
            "Primary Associated Company ID",
            "Associated Company IDs (Primary)",
            "Associated Company ID",
            "Associated Company IDs",
        ),
        "FIRST_NAME": ("First Name", "FirstName"),
        "LAST_NAME": ("Last Name", "LastName"),
        "name": ("Full Name", "Contact Name", "Name"),
        "email": ("Email", "E-mail", "Email Address"),
        "title": ("Title", "Job Title"),
        "function": ("Department", "Function", "Job function"),
        "influence": ("Buying Role", "Role", "Contact Role", "hs_buying_role"),
    },
    "opportunities": {
        "opportunity_id": (
            "Opportunity ID",
            "OpportunityId",
            "Deal ID",
            "Record ID",
            "Record ID - Deal",
            "hs_object_id",
            "Id",
        ),
        "account_id": (
            "Account ID",
            "AccountId",
            "Associated Company IDs (Primary)",
            "Associated Company ID",
            "Associated Company IDs",
            "Deal - Organization ID",
            "Account Name.id",
        ),
        "rep_id": ("Opportunity Owner", "Owner ID", "OwnerId", "Owner", "Deal owner", "hubspot_owner_id"),
        "region": ("Region", "Sales Region", "Region__c"),
        "segment": ("Segment", "Segment__c", "Customer Segment"),
        "product_id": ("Product ID", "Product", "Product2Id"),
        "product_line": ("Product Line", "Product Family", "Product_Line__c"),
        "motion": ("Type", "Opportunity Type", "Deal Type", "dealtype"),
        "source": ("Lead Source", "LeadSource", "Original Source", "Original Traffic Source", "hs_analytics_source"),
        "created_on": (
            "Created Date",
            "CreatedDate",
            "Create Date",
            "createdate",
            "Created Time",
            "Deal - Deal created",
        ),
        "CLOSE_DATE": ("Close Date", "CloseDate", "closedate", "Closing Date"),
        "closed_on": ("Deal - Deal closed on",),
        "expected_close_on": ("Deal - Expected close date",),
        "STAGE": ("Stage", "StageName", "Deal Stage", "dealstage"),
        "PIPELINE": ("Pipeline",),
        "status": ("Status", "Opportunity Status", "Deal Status"),
        "IS_WON": ("Won", "IsWon", "Is Closed Won", "hs_is_closed_won", "Is won"),
        "IS_CLOSED": ("Closed", "IsClosed", "Is Deal Closed?", "hs_is_closed", "Is closed"),
        "amount_local": ("Amount", "Deal Amount", "Deal - Value"),
        "amount_eur": (
            "Amount EUR",
            "Amount (EUR)",
            "Amount in EUR",
            "Amount (converted)",
            "Amount in company currency",
        ),
        "EUR_CURRENCY": ("Amount (converted) Currency",),
        "currency": (
            "Currency",
            "CurrencyIsoCode",
            "Opportunity Currency",
            "Amount Currency",
            "deal_currency_code",
            "Deal - Currency",
        ),
        "competitor": (
            "Main Competitor(s)",
            "Main Competitors",
            "MainCompetitors__c",
            "Competitor",
            "Primary Competitor",
        ),
        "loss_reason": (
            "Loss Reason",
            "Closed Lost Reason",
            "Loss_Reason__c",
            "closed_lost_reason",
            "Deal - Lost reason",
        ),
        "MODIFIED": ("Last Modified Date", "LastModifiedDate", "SystemModstamp", "hs_lastmodifieddate"),
    },
    "leads": {
        "lead_id": ("Lead ID", "LeadId", "Id"),
        "created_on": ("Created Date", "CreatedDate", "Create Date"),
        "source": ("Lead Source", "LeadSource", "Original Source"),
        "region": ("Region", "Sales Region"),
        "segment": ("Segment",),
        "industry": ("Industry",),
        "opportunity_id": ("Converted Opportunity ID", "ConvertedOpportunityId"),
        "account_id": ("Converted Account ID", "ConvertedAccountId"),
    },
    "reps": {
        "rep_id": ("User ID", "UserId", "Owner ID", "Id"),
        "name": ("Full Name", "User", "Name", "Owner Name"),
        "region": ("Region", "Sales Region"),
        "manager_id": ("Manager ID", "ManagerId", "Manager"),
        "hired_on": ("Hire Date", "Start Date", "Hired On"),
        "left_on": ("Leave Date", "End Date", "Left On"),
    },
    "products": {
        "product_id": ("Product ID", "Product2Id", "Id", "Record ID"),
        "name": ("Product Name", "Name"),
        "product_line": ("Product Family", "Family", "Product Line"),
        "list_price_eur": ("List Price EUR",),
        "unit_cost_eur": ("Unit Cost EUR", "Unit cost"),
    },
    "campaigns": {
        "campaign_id": ("Campaign ID", "CampaignId", "Id"),
        "name": ("Campaign Name", "Name"),
        "channel": ("Type", "Campaign Type", "Channel"),
        "starts_on": ("Start Date", "StartDate"),
        "ends_on": ("End Date", "EndDate"),
        "budget_eur": ("Budgeted Cost", "BudgetedCost", "Budget"),
    },
    "quotes": {
        "quote_id": ("Quote ID", "QuoteId", "Quote Number"),
        "quote_line_id": ("Quote Line Item ID", "QuoteLineItemId", "Line Item ID", "Id"),
        "opportunity_id": ("Opportunity ID", "OpportunityId", "Deal ID"),
        "product_id": ("Product ID", "Product2Id", "Product"),
        "quoted_on": ("Quote Date", "Created Date", "CreatedDate"),
        "quantity": ("Quantity",),
        "discount_rate": ("Discount", "Discount (Percentage)"),
        "list_eur": ("Subtotal", "List Amount"),
        "net_eur": ("Total Price", "TotalPrice", "Grand Total", "Net Amount"),
        "status": ("Status", "Quote Status"),
    },
    "stage_changes": {
        "opportunity_id": ("Opportunity ID", "OpportunityId", "Deal ID"),
        "stage": ("To Stage", "New Stage", "Stage", "StageName", "Deal Stage"),
        "entered_on": ("Stage Change Date", "Created Date", "CreatedDate", "Last Modified", "Last Modified Date"),
    },
    "contact_roles": {
        "opportunity_id": ("Opportunity ID", "OpportunityId", "Deal ID", "Associated Deal IDs"),
        "contact_id": ("Contact ID", "ContactId"),
        "influence": ("Role", "Contact Role", "Buying Role"),
        "joined_on": ("Created Date", "CreatedDate"),
    },
    "deal_lines": {
        "booking_id": ("Opportunity Product ID", "OpportunityLineItemId", "Line Item ID", "Record ID", "Id"),
        "opportunity_id": ("Opportunity ID", "OpportunityId", "Deal ID", "Associated Deal IDs", "Associated Deal ID"),
        "product_id": ("Product2Id", "Product ID", "ProductId"),
        "product": ("Product Name", "Product", "Name"),
        "product_line": ("Product Family", "Family"),
        "quantity": ("Quantity",),
        "amount_local": ("Total Price", "TotalPrice", "Amount"),
    },
    "quote_headers": {
        "quote_id": ("Quote ID", "QuoteId", "Id", "Quote Number"),
        "opportunity_id": ("Opportunity ID", "OpportunityId", "Deal ID"),
        "account_id": ("Account ID", "AccountId"),
        "status": ("Status", "Quote Status"),
        "quoted_on": ("Quote Date", "Created Date", "CreatedDate"),
        "currency": ("CurrencyIsoCode", "Quote Currency", "Currency"),
    },
    "quote_lines": {
        "quote_line_id": ("Quote Line Item ID", "QuoteLineItemId", "Line Item ID", "Id"),
        "quote_id": ("Quote ID", "QuoteId"),
        "product_id": ("Product ID", "Product2Id", "Product"),
        "quantity": ("Quantity",),
        "list_price_local": ("List Price", "ListPrice"),
        "discount_rate": ("Discount", "Discount (Percentage)"),
        "net_local": ("Total Price", "TotalPrice"),
    },
    "activity_records": {
        "activity_id": ("Activity ID", "Task ID", "Event ID", "Record ID", "Id"),
        "opportunity_id": ("WhatId", "Related To ID", "Opportunity ID", "Deal ID", "Associated Deal IDs"),
        "kind": ("Type", "TaskSubtype", "Activity Type", "EventSubtype"),
        "minutes": ("DurationInMinutes", "Duration", "Duration (Minutes)"),
    },
}

_DEAL = ("Opportunity ID", "OpportunityId", "Deal ID", "Associated Deal IDs", "Associated Deal ID")
_QUOTE = ("Quote ID", "QuoteId")
_STAGE = ("Stage", "StageName", "Deal Stage", "dealstage")
_LEAD = ("Lead ID", "LeadId", "IsConverted", "ConvertedOpportunityId", "Converted Opportunity ID", "ConvertedDate")
_WHOSE = ("Account ID", "AccountId", "Account Name", "Opportunity Name", "Deal Name", "Close Date", "CloseDate")


@dataclass(frozen=True)
class Sign:
    """What tells a kind of file: of each group in `groups` one column is there, and none of `without`."""

    table: str
    groups: tuple[tuple[str, ...], ...]
    without: tuple[str, ...] = ()

    def fits(self, there: Collection[str]) -> bool:
        """Whether the columns, given as `plain` names, are those of such a file."""
        return all(any(plain(n) in there for n in group) for group in self.groups) and not any(
            plain(n) in there for n in self.without
        )


# Files that hold what belongs to other records, by what only they have; the first that fits is it.
SIGNS: tuple[Sign, ...] = (
    Sign("stage_changes", (_DEAL, ("To Stage", "New Stage"))),
    Sign("stage_changes", (_DEAL, _STAGE, ("Id",))),
    Sign("stage_changes", (_DEAL, _STAGE, ("Created Date", "CreatedDate", "Stage Change Date")), _WHOSE),
    Sign("contact_roles", (_DEAL, ("Contact ID", "ContactId")), _STAGE),
    Sign("quote_lines", (_QUOTE, ("Quantity",)), _DEAL),
    Sign("quotes", (_QUOTE, _DEAL, ("Quantity",))),
    Sign("quote_headers", (("Quote Number", "QuoteNumber", *_QUOTE), _DEAL), ("Quantity", *_STAGE)),
    Sign("deal_lines", (_DEAL, ("Quantity",)), (*_STAGE, "Close Date")),
    Sign(
        "activity_records",
        (
            ("WhatId", "Related To ID", *_DEAL),
            ("Activity Date", "ActivityDate", "Activity Type", "TaskSubtype", "DurationInMinutes"),
        ),
        _STAGE,
    ),
    Sign("products", (("Product Code", "ProductCode", "Product Family", "Family"),), (*_DEAL, *_QUOTE, *_WHOSE)),
    Sign("campaigns", (("BudgetedCost", "Budgeted Cost", "Campaign Name"), ("StartDate", "Start Date")), _STAGE),
    Sign("leads", (_LEAD,)),
    Sign("reps", (("User ID", "UserId", "Username", "Hire Date", "Manager ID", "ManagerId"),), (*_STAGE, *_WHOSE)),
)
# Files of the three records that everything hangs on: the one that the file bears most columns of is it.
BROAD: tuple[Sign, ...] = (
    Sign("opportunities", ((*_STAGE, *_DEAL, "Record ID - Deal", "Close Date", "CloseDate"),)),
    Sign("contacts", (("Email", "E-mail", "Email Address", "Contact ID", "First Name", "FirstName"),)),
    Sign(
        "accounts",
        (("Account Name", "Company name", "Industry", "Employees", "NumberOfEmployees", "Billing Country",
          "BillingCountry"),),
    ),
)  # fmt: skip

# Reports leave ids out unless one adds them: what tells records apart then, and what it names.
STAND_INS: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    "opportunities": {
        "opportunity_id": ("deal", ("Opportunity Name", "Deal Name")),
        "account_id": ("firm", ("Account Name", "Associated Company", "Company name")),
    },
    "contacts": {
        "contact_id": ("email", ("Email", "E-mail", "Email Address")),
        "account_id": ("firm", ("Account Name", "Associated Company", "Company name")),
    },
    "accounts": {"account_id": ("firm", ("Account Name", "Company name"))},
}

# What exports hold and the case tables have in another shape; made into tables by `derive`.
RECORDS: dict[str, tuple[Column, ...]] = {
    "stage_changes": (
        text("opportunity_id", "The opportunity"),
        text("stage", "Stage entered"),
        date("entered_on", "Day"),
    ),
    "contact_roles": (
        text("opportunity_id", "The opportunity"),
        text("contact_id", "The person"),
        text("influence", "Role", "economic", "user", "technical", "coach"),
        date("joined_on", "Day on which the role was noted"),
    ),
    "deal_lines": (
        key("booking_id", "The line"),
        text("opportunity_id", "The opportunity"),
        text("product_id", "The product"),
        text("product", "The product's name"),
        text("product_line", "The product's family"),
        number("quantity", "Units", ""),
        money("amount_local", "Total of the line", "of the opportunity's currency"),
    ),
    "quote_headers": (
        key("quote_id", "The quote"),
        text("opportunity_id", "The opportunity"),
        text("account_id", "The customer"),
        text("status", "Status", "accepted", "rejected", "open", "superseded"),
        date("quoted_on", "Day of the quote"),
        text("currency", "Currency"),
    ),
    "quote_lines": (
        key("quote_line_id", "The line"),
        text("quote_id", "The quote"),
        text("product_id", "The product"),
        number("quantity", "Units", ""),
        money("list_price_local", "List price of one unit", "of the quote's currency"),
        rate("discount_rate", "Discount"),
        money("net_local", "Total of the line", "of the quote's currency"),
    ),
    "activity_records": (
        key("activity_id", "The activity"),
        text("opportunity_id", "The opportunity"),
        text("kind", "Kind", "visit", "call", "e-mail", "workshop"),
        number("minutes", "How long it took", "minutes"),
    ),
}


def declared(table: str) -> tuple[Column, ...]:
    """The columns of a case table or of a kind of record; nothing when there is no such table."""
    node = published().get(table)
    return node.columns if node else RECORDS.get(table, ())


# Parts of columns' names in German, French, Spanish and Italian, for the guesses in a drafted map.
HINTS: dict[str, tuple[str, ...]] = {
    "STAGE": ("phase", "étape", "etapa", "fase", "fas", "stage"),
    "stage": ("phase", "étape", "etapa", "fase", "fas", "stage"),
    "amount_local": ("betrag", "montant", "importe", "importo", "umsatz", "belopp", "revenue", "value"),
    "CLOSE_DATE": ("abschluss", "schlusstermin", "clôture", "cierre", "chiusura", "slutdatum", "stängning"),
    "created_on": ("erstell", "création", "creación", "creazione", "skapad"),
    "opportunity_id": ("chance", "opportun", "deal"),
    "account_id": (
        "firm",
        "account",
        "kunden",
        "unternehmen",
        "entreprise",
        "empresa",
        "azienda",
        "företag",
        "customer",
        "organi",
    ),
    "rep_id": ("inhaber", "propriétaire", "propietario", "titolare", "zuständig", "ägare", "owner"),
    "country": ("land", "pays", "país", "paese"),
    "town": ("ort", "stadt", "ville", "ciudad", "città"),
    "industry": ("branche", "secteur", "sector", "settore"),
    "employees": ("mitarbeiter", "effectif", "empleados", "dipendenti"),
    "currency": ("währung", "devise", "moneda", "valuta"),
    "quantity": ("menge", "quantité", "cantidad", "quantità"),
}

# Lists of words that every firm shares. Others, such as industries, are the firm's own and taken as they are.
SHARED = frozenset({"status", "stage", "motion", "segment", "influence", "sales_model"})

# Words of the systems -> words of the case tables.
WORDS: dict[str, dict[str, str]] = {
    "status": {
        "closed won": "won", "closedwon": "won", "won": "won", "closed - won": "won", "closed/won": "won",
        "closed lost": "lost", "closedlost": "lost", "lost": "lost", "closed - lost": "lost", "closed/lost": "lost",
        "denied": "rejected", "declined": "rejected", "signed": "accepted", "draft": "open", "presented": "open",
        "needs review": "open", "in review": "open", "approved": "open",
    },
    "kind": {
        "call": "call", "email": "e-mail", "e-mail": "e-mail", "meeting": "visit", "visit": "visit",
        "workshop": "workshop",
    },
    "motion": {
        "new": "new", "new business": "new", "newbusiness": "new", "new customer": "new", "new logo": "new",
        "existing business": "expansion", "existingbusiness": "expansion", "existing customer": "expansion",
        "existing customer - upgrade": "expansion", "existing customer - replacement": "expansion",
        "existing customer - downgrade": "expansion", "expansion": "expansion", "upsell": "expansion",
        "cross-sell": "expansion", "add-on business": "expansion", "renewal": "expansion",
    },
    "segment": {
        "enterprise": "enterprise", "large": "enterprise", "mid-market": "mid-market", "midmarket": "mid-market",
        "mid market": "mid-market", "smb": "small", "small": "small", "small business": "small",
    },
    "influence": {
        "decision maker": "economic", "economic buyer": "economic", "economic decision maker": "economic",
        "budget holder": "economic", "end user": "user", "business user": "user", "technical buyer": "technical",
        "technical": "technical", "evaluator": "technical", "champion": "coach", "coach": "coach",
        "economic": "economic", "user": "user",
    },
    "stage": {
        "prospecting": "exploring", "qualification": "exploring", "appointment scheduled": "exploring",
        "appointmentscheduled": "exploring", "qualified to buy": "qualified", "qualifiedtobuy": "qualified",
        "needs analysis": "qualified", "value proposition": "qualified", "id. decision makers": "qualified",
        "perception analysis": "proposed", "proposal/price quote": "proposed", "presentation scheduled": "proposed",
        "presentationscheduled": "proposed", "decision maker bought-in": "proposed",
        "decisionmakerboughtin": "proposed", "negotiation/review": "negotiating", "contract sent": "committed",
        "contractsent": "committed",
    },
}  # fmt: skip


def plain(name: str) -> str:
    """A name without case, spaces and punctuation, as names are compared."""
    return re.sub(r"[^a-z0-9]", "", name.lower().removesuffix("__c"))
