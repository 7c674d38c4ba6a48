"""A configuration from what a Prometheus knows: what is guessed says so, and no secret is in it."""

from cockpit.config.proposal.connection import connection
from cockpit.config.proposal.loading import loaded, put
from cockpit.config.proposal.propose import propose
from cockpit.config.proposal.questions import key_questions
from cockpit.config.proposal.shape import Proposal
from cockpit.config.proposal.telling import found, told
from cockpit.config.proposal.writing import written

__all__ = ["Proposal", "connection", "found", "key_questions", "loaded", "propose", "put", "told", "written"]
