"""What is good enough: the door, quarantine, geheimhaltung and the gate."""
