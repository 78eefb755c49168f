import LLMGWCore

/// Who is first in a flow, and who comes behind.
extension FairQueue {
    func head(of flow: Int) -> (ticket: Ticket, payload: Payload) {
        let node = nodes[flows[flow].head]
        guard let payload = node.payload else { preconditionFailure("a flow's head waits") }
        return (Ticket(index: flows[flow].head, generation: node.generation), payload)
    }

    /// The next of the same flow; nil where there is none.
    func next(after ticket: Ticket) -> (ticket: Ticket, payload: Payload)? {
        let index = nodes[ticket.index].next
        guard index >= 0, let payload = nodes[index].payload else { return nil }
        return (Ticket(index: index, generation: nodes[index].generation), payload)
    }

    func ticket(first flow: Int) -> Ticket {
        Ticket(index: flows[flow].head, generation: nodes[flows[flow].head].generation)
    }
}

extension FairQueue<WaitingRequest> {
    /// What the first of a flow wants, without a copy of all that is known of it: this is asked most.
    func demand(first flow: Int) -> QuotaDemand? { nodes[flows[flow].head].payload?.request.demand }

    func demand(after ticket: Ticket) -> QuotaDemand? {
        let index = nodes[ticket.index].next
        return index < 0 ? nil : nodes[index].payload?.request.demand
    }
}
