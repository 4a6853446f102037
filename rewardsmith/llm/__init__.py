"""A language model behind one function: `complete(request, settings, ledger) -> Completion`.

Retries, the total deadline, the reply's size limit, the ledger and the redaction of keys are
ours; the providers' clients only carry a request to its address and back.
"""

from rewardsmith.llm.check import check_model, probe_model
from rewardsmith.llm.complete import complete
from rewardsmith.llm.known_models import takes_pictures
from rewardsmith.llm.ledger import Ledger, Price, Spend, SpendLimits, check_price, price_of
from rewardsmith.llm.reading import objects_in, plain
from rewardsmith.llm.redaction import redact
from rewardsmith.llm.request import CompletionRequest, ModelSettings, ProviderRefused
from rewardsmith.llm.several import Answer, complete_all

__all__ = [
    "Answer",
    "CompletionRequest",
    "Ledger",
    "ModelSettings",
    "Price",
    "ProviderRefused",
    "Spend",
    "SpendLimits",
    "check_model",
    "check_price",
    "complete",
    "complete_all",
    "objects_in",
    "plain",
    "price_of",
    "probe_model",
    "redact",
    "takes_pictures",
]
