"""What Salesforce and HubSpot call things: the columns of their exports and the words in them.

Labels are those of the systems' list and report exports; API names are those of their data export. Compared without
case, spaces and punctuation. Sources: Salesforce Object Reference (Account, Contact, Opportunity, Lead, User, Task,
Quote); HubSpot's default properties for companies, contacts and deals.
"""

from __future__ import annotations

import re

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
        "tier": ("Tier", "Account Tier", "Tier__c", "Rating", "Target Account Tier"),
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
            "Associated Company ID",
            "Associated Company IDs",
            "Primary Associated Company ID",
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
            "Associated Company ID",
            "Associated Company IDs",
            "Associated Company IDs (Primary)",
        ),
        "rep_id": ("Opportunity Owner", "Owner ID", "OwnerId", "Owner", "Deal owner", "hubspot_owner_id"),
        "region": ("Region", "Sales Region", "Region__c"),
        "segment": ("Segment", "Segment__c", "Customer Segment"),
        "product_id": ("Product ID", "Product", "Product2Id"),
        "product_line": ("Product Line", "Product Family", "Product_Line__c"),
        "motion": ("Type", "Opportunity Type", "Deal Type", "dealtype"),
        "source": ("Lead Source", "LeadSource", "Original Source", "Original Traffic Source", "hs_analytics_source"),
        "created_on": ("Created Date", "CreatedDate", "Create Date", "createdate"),
        "CLOSE_DATE": ("Close Date", "CloseDate", "closedate"),
        "STAGE": ("Stage", "StageName", "Deal Stage", "dealstage"),
        "IS_WON": ("Won", "IsWon", "Is Closed Won", "hs_is_closed_won", "Is won"),
        "IS_CLOSED": ("Closed", "IsClosed", "Is Deal Closed?", "hs_is_closed", "Is closed"),
        "amount_local": ("Amount", "Deal Amount"),
        "amount_eur": ("Amount EUR", "Amount (EUR)", "Amount in EUR", "Amount (converted)"),
        "currency": ("Currency", "CurrencyIsoCode", "Opportunity Currency", "Amount Currency", "deal_currency_code"),
        "competitor": (
            "Main Competitor(s)",
            "Main Competitors",
            "MainCompetitors__c",
            "Competitor",
            "Primary Competitor",
        ),
        "loss_reason": ("Loss Reason", "Closed Lost Reason", "Loss_Reason__c", "closed_lost_reason"),
        "MODIFIED": ("Last Modified Date", "LastModifiedDate", "SystemModstamp", "hs_lastmodifieddate"),
    },
    "leads": {
        "lead_id": ("Lead ID", "LeadId"),
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
    "quotes": {
        "quote_id": ("Quote ID", "QuoteId", "Quote Number"),
        "quote_line_id": ("Quote Line Item ID", "QuoteLineItemId", "Line Item ID"),
        "opportunity_id": ("Opportunity ID", "OpportunityId", "Deal ID"),
        "product_id": ("Product ID", "Product2Id", "Product"),
        "quoted_on": ("Quote Date", "Created Date", "CreatedDate"),
        "quantity": ("Quantity",),
        "discount_rate": ("Discount", "Discount (Percentage)"),
        "list_eur": ("Subtotal", "List Amount"),
        "net_eur": ("Total Price", "TotalPrice", "Grand Total", "Net Amount"),
        "status": ("Status", "Quote Status"),
    },
}

# What tells a table where several share column names: any of these names must be in the file.
SIGNS: dict[str, tuple[str, ...]] = {
    "opportunities": (
        "Stage", "StageName", "Deal Stage", "dealstage", "Opportunity ID", "Deal ID", "Record ID - Deal", "Close Date",
        "CloseDate",
    ),
    "contacts": ("Email", "E-mail", "Email Address", "Contact ID", "First Name", "FirstName"),
    "leads": ("Lead ID", "LeadId", "Lead Status"),
    "quotes": ("Quote ID", "QuoteId", "Quote Line Item ID", "QuoteLineItemId", "Quote Number"),
    "reps": ("User ID", "UserId", "Hire Date", "Manager ID", "ManagerId"),
    "accounts": (
        "Account Name", "Company name", "Industry", "Employees", "NumberOfEmployees", "Billing Country",
        "BillingCountry",
    ),
}  # fmt: skip

# Words of the systems -> words of the case tables.
WORDS: dict[str, dict[str, str]] = {
    "status": {
        "closed won": "won", "closedwon": "won", "won": "won", "closed - won": "won", "closed/won": "won",
        "closed lost": "lost", "closedlost": "lost", "lost": "lost", "closed - lost": "lost", "closed/lost": "lost",
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
