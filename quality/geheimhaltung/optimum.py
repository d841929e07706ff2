from dataclasses import dataclass
@dataclass
class Optimum:
    gesperrt: object
    schranke: float
def verbessere(netz, gesperrt):
    return Optimum(gesperrt, 0.0)
