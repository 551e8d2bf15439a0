package io.sunaba.ttrpc.left;

import static java.util.Objects.requireNonNull;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.MethodDescriptor;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// The calls on one channel that wait in the peer for something to happen. Those of a user who
/// leaves go on: who uses the channel next and asks the same gets the answer, whether it has come
/// by then or not. May be called from any thread.
public final class WaitingCalls {
    /// @param containerId whose process it is about, or empty
    /// @param processId the process it is about, or empty
    public record Question<Q, R>(
            MethodDescriptor<Q, R> method, String containerId, String processId, Q request) {
        public Question {
            requireNonNull(method, "method is null");
            requireNonNull(containerId, "containerId is null");
            requireNonNull(processId, "processId is null");
            requireNonNull(request, "request is null");
        }
    }

    /// A question that was asked, until the answer is taken.
    private record Asked<R>(ChannelUser user, ListenableFuture<R> answer) {}

    private final Map<Question<?, ?>, Asked<?>> asked = new ConcurrentHashMap<>();

    /// Asks, unless somebody who has left did, and waits for the answer. Who stops waiting without
    /// having left has the call ended.
    ///
    /// @param begin makes the call
    /// @throws ChannelUser.LeftException if the user leaves before the answer comes, or has left
    /// @throws ExecutionException if the call failed
    public <Q, R> R await(
            ChannelUser user, Question<Q, R> question, Supplier<ListenableFuture<R>> begin)
            throws InterruptedException, ExecutionException, ChannelUser.LeftException {
        Asked<R> call = ask(user, question, begin);
        boolean taken = false;
        try {
            R answer = user.await(call.answer);
            taken = true;
            return answer;
        } finally {
            if (taken || !user.hasLeft() || failed(call)) {
                asked.remove(question, call);
                call.answer.cancel(true);
            }
        }
    }

    private <Q, R> Asked<R> ask(
            ChannelUser user, Question<Q, R> question, Supplier<ListenableFuture<R>> begin)
            throws ChannelUser.LeftException {
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
        if (user.hasLeft()) {
            // Of a call that is made now nobody would know.
            throw new ChannelUser.LeftException();
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

    /// Finds what somebody who has left asked about a process.
    public <Q> Optional<Q> findLeft(
            MethodDescriptor<Q, ?> method, String containerId, String processId) {
        return find(method, containerId, processId, call -> call.user.hasLeft());
    }

    /// Finds what somebody asked about a process whose call goes on, or whose answer has come.
    public <Q> Optional<Q> findAsked(
            MethodDescriptor<Q, ?> method, String containerId, String processId) {
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
    public void forget(String containerId) {
        forget(question -> question.containerId.equals(containerId));
    }

    /// As [#forget(String)], about one process.
    public void forget(String containerId, String processId) {
        forget(question ->
                question.containerId.equals(containerId) && question.processId.equals(processId));
    }

    /// Forgets what others left about processes, and nobody has asked again since: the guest tells
    /// that as often as it is asked.
    public void forgetProcesses() {
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
