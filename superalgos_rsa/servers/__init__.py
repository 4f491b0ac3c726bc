"""Where a path is looked at: the machine that runs the tasks, as far as it can be asked."""
