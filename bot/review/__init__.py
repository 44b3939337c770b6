"""What a review is: quorum, disputes, objections, the window. No Discord and no SQL in the rules."""
