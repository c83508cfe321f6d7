"""What the bot knows: policies, topics, routes, quiz and tips, and how a question is answered from them; pure."""
