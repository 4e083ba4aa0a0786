"""Have simulated annotators judge most of a demo project through the real use cases."""

import json
import random
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from evalhub.core.assigning import Lease
from evalhub.core.people import Actor, Role
from evalhub.db.models import Project
from evalhub.demo.annotators import Shown, Temperament, fill_form
from evalhub.services.accounts.simulated import add_simulated_person

N_ANNOTATORS = 6
SHARE_JUDGED = 0.8
"""Share of the places that the simulation fills; the rest waits for the visitor."""
