"""What plans and money must satisfy: pure functions from facts and dated parameters to findings."""
