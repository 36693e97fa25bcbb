package co.caution.app;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.UnaryOperator;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.ObjectDirectoryPackParser;
import org.eclipse.jgit.internal.storage.file.Pack;
import org.eclipse.jgit.lib.BaseRepositoryBuilder;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.transport.PackParser;
import org.jspecify.annotations.Nullable;

/** A repository that has packs looked at on their way in, before JGit believes what they say of themselves. */
public final class ReceivingRepository extends FileRepository {

    private final UnaryOperator<InputStream> gate;
    private @Nullable ObjectDirectoryPackParser last;

    ReceivingRepository(BaseRepositoryBuilder<?, ?> builder, UnaryOperator<InputStream> gate) throws IOException {
        super(builder);
        this.gate = gate;
    }

    @Override
    public ObjectInserter newObjectInserter() {
        ObjectInserter inserter = super.newObjectInserter();
        return new ObjectInserter.Filter() {
            @Override
            protected ObjectInserter delegate() {
                return inserter;
            }

            @Override
            public PackParser newPackParser(InputStream pack) throws IOException {
                PackParser parser = super.newPackParser(gate.apply(pack));
                last = (ObjectDirectoryPackParser) parser;
                return parser;
            }
        };
    }

    /** Removes the pack that came last, unless it was here before. Nobody else may be receiving. */
    public void discard() throws IOException {
        Pack pack = last == null ? null : last.getPack();
        if (pack != null) {
            Unneeded.remove(pack);
        }
    }
}
