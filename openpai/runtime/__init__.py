"""What goes into a container: its plan, its environment, its scripts. Pure; knows no engine."""
