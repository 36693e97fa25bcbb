package co.caution.eif;

import co.caution.eif.EifDiff.Change;
import java.util.ArrayList;
import java.util.List;

/** Compares two command lines word by word: the shortest list of words that went and came (longest common subsequence). */
final class Words {

    private Words() {}

    static List<Change> compare(String a, String b) {
        String[] one = a.split(" ");
        String[] two = b.split(" ");
        // A command line has at most 4,096 characters, so this table has at most 2,048 rows and columns.
        short[][] common = new short[one.length + 1][two.length + 1];
        for (int i = one.length - 1; i >= 0; i--) {
            for (int j = two.length - 1; j >= 0; j--) {
                common[i][j] = one[i].equals(two[j])
                        ? (short) (common[i + 1][j + 1] + 1)
                        : (short) Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        List<Change> changes = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < one.length || j < two.length) {
            if (i < one.length && j < two.length && one[i].equals(two[j])) {
                i++;
                j++;
            } else if (j == two.length || i < one.length && common[i + 1][j] >= common[i][j + 1]) {
                changes.add(new Change("word", one[i++], null));
            } else {
                changes.add(new Change("word", null, two[j++]));
            }
        }
        return changes;
    }
}
