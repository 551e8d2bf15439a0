package io.sunaba.agent.kata;

import static java.util.Objects.requireNonNull;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.MethodDescriptor;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// The calls on one connection that wait in the guest for something to happen. Those of a user who
/// leaves go on: who uses the connection next and asks the same gets the answer, whether it has
/// come by then or not.
final class WaitingCalls {
    /// Who uses the connection, until he leaves.
    static final class User {
        private final AtomicBoolean left = new AtomicBoolean();

        /// Has the calls under way go on without him.
        ///
        /// @return whether he had not left before
        boolean leave() {
            return left.compareAndSet(false, true);
        }

        boolean hasLeft() {
            return left.get();
        }
    }

    /// @param containerId whose process it is about, or empty
    /// @param processId the process it is about, or empty
    record Question<Q, R>(
            MethodDescriptor<Q, R> method, String containerId, String processId, Q request) {
        Question {
            requireNonNull(method, "method is null");
            requireNonNull(containerId, "containerId is null");
            requireNonNull(processId, "processId is null");
            requireNonNull(request, "request is null");
        }
    }

    /// A question that was asked, until the answer is taken.
    record Asked<R>(User user, ListenableFuture<R> answer) {}

    private final Map<Question<?, ?>, Asked<?>> asked = new ConcurrentHashMap<>();

    /// Asks, unless somebody who has left did.
    ///
    /// @param begin makes the call
    <Q, R> Asked<R> ask(User user, Question<Q, R> question, Supplier<ListenableFuture<R>> begin) {
        @SuppressWarnings("unchecked") // the question tells what is answered
        Asked<R> left = (Asked<R>) asked.get(question);
        if (left != null && left.user.hasLeft()) {
            Asked<R> taken = new Asked<>(user, left.answer);
            if (failed(left)) {
                asked.remove(question, left);
            } else if (asked.replace(question, left, taken)) {
                return taken;
            }
        }
        Asked<R> fresh = new Asked<>(user, begin.get());
        // Who asks the same at the same time has an answer of his own, which is not kept.
        asked.putIfAbsent(question, fresh);
        return fresh;
    }

    /// One that failed when its user left tells the next one nothing.
    private static boolean failed(Asked<?> call) {
        return switch (call.answer.state()) {
            case RUNNING, SUCCESS -> false;
            case FAILED, CANCELLED -> true;
        };
    }

    /// Ends a call that was answered, or that nobody waits for any more, unless its user has left.
    void end(Question<?, ?> question, Asked<?> call) {
        if (!call.user.hasLeft() || failed(call)) {
            asked.remove(question, call);
            call.answer.cancel(true);
        }
    }

    /// Finds what somebody who has left asked about a process.
    <Q> Optional<Q> left(MethodDescriptor<Q, ?> method, String containerId, String processId) {
        return find(method, containerId, processId, call -> call.user.hasLeft());
    }

    /// Finds what somebody asked about a process whose call goes on, or whose answer has come.
    <Q> Optional<Q> asked(MethodDescriptor<Q, ?> method, String containerId, String processId) {
        return find(method, containerId, processId, call -> !failed(call));
    }

    private <Q> Optional<Q> find(
            MethodDescriptor<Q, ?> method,
            String containerId,
            String processId,
            Predicate<Asked<?>> which) {
        for (Map.Entry<Question<?, ?>, Asked<?>> entry : asked.entrySet()) {
            Question<?, ?> question = entry.getKey();
            if (question.method.equals(method)
                    && question.containerId.equals(containerId)
                    && question.processId.equals(processId)
                    && which.test(entry.getValue())) {
                @SuppressWarnings("unchecked") // the method tells what is asked
                Q request = (Q) question.request;
                return Optional.of(request);
            }
        }
        return Optional.empty();
    }

    /// Forgets what somebody who has left asked about a container: its name is given anew.
    void forget(String containerId) {
        forget(question -> question.containerId.equals(containerId));
    }

    /// As [#forget(String)], about one process.
    void forget(String containerId, String processId) {
        forget(question ->
                question.containerId.equals(containerId) && question.processId.equals(processId));
    }

    /// Forgets what others left about processes, and nobody has asked again since: the guest tells
    /// that as often as it is asked.
    void forgetProcesses() {
        forget(question -> !question.containerId.isEmpty());
    }

    private void forget(Predicate<Question<?, ?>> which) {
        asked.forEach((question, call) -> {
            // Whoever has taken it over by now keeps it.
            if (call.user.hasLeft() && which.test(question) && asked.remove(question, call)) {
                call.answer.cancel(true);
            }
        });
    }
}
